// The values of a figure's marks: those of the mark nearest to the pointer, or one after another by the arrow keys while
// the figure's button has the focus. Their places are shares of the picture.
(() => {
  const REACH = 28; // pixels from the pointer

  for (const data of document.querySelectorAll("script[data-marks]")) {
    const box = document.getElementById(data.dataset.marks)?.querySelector(".picture");
    if (!box) continue;
    const marks = JSON.parse(data.textContent);
    const [image, button] = [box.querySelector("img"), box.querySelector(".zoom")];
    const tip = Object.assign(document.createElement("output"), { className: "mark-value", hidden: true });
    const point = Object.assign(document.createElement("span"), { className: "mark-point", hidden: true });
    box.append(point, tip);
    button.setAttribute("aria-description", "The arrow keys read the values of its marks.");
    let current = -1;

    const place = ([across, down]) => {
      const style = getComputedStyle(image);
      const pad = parseFloat(style.paddingLeft);
      return [pad + across * (image.clientWidth - 2 * pad), pad + down * (image.clientHeight - 2 * pad)];
    };
    const show = (index) => {
      current = index;
      tip.hidden = point.hidden = index < 0;
      if (index < 0) return;
      const [left, top] = place(marks[index]);
      tip.textContent = marks[index][2];
      const room = Math.max(0, box.clientWidth - tip.offsetWidth);
      tip.style.left = `${Math.min(Math.max(0, left - tip.offsetWidth / 2), room)}px`;
      tip.style.top = `${top > tip.offsetHeight + 14 ? top - tip.offsetHeight - 10 : top + 12}px`;
      point.style.left = `${left}px`;
      point.style.top = `${top}px`;
    };

    image.addEventListener("pointermove", (event) => {
      const bounds = image.getBoundingClientRect();
      const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
      const far = marks.map((mark) => Math.hypot(place(mark)[0] - x, place(mark)[1] - y));
      const nearest = far.indexOf(Math.min(...far));
      show(far[nearest] <= REACH ? nearest : -1);
    });
    image.addEventListener("pointerleave", () => show(-1));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      show((current + step + marks.length + (current < 0 && step < 0)) % marks.length);
    });
    button.addEventListener("blur", () => show(-1));
    document.addEventListener("keydown", (event) => event.key === "Escape" && show(-1));
  }
})();
