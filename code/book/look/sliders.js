// Two pictures in one place, parted by a line: a range input over them takes mouse, touch and keys.
(() => {
  for (const box of document.querySelectorAll(".compare")) {
    const [under, over] = [...box.querySelectorAll(".compare-name")].map((name) => name.textContent);
    const input = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 100, value: 50 });
    const grip = Object.assign(document.createElement("span"), { className: "compare-grip" });
    input.setAttribute("aria-label", `${box.getAttribute("aria-label")}: ${under} left, ${over} right`);
    const move = () => {
      box.style.setProperty("--at", `${input.value}%`);
      input.setAttribute("aria-valuetext", `${input.value} % ${under}`);
    };
    input.addEventListener("input", move);
    box.append(input, grip);
    box.classList.add("live");
    move();
  }
})();
