// The values of a figure's marks: those of the mark nearest to the pointer or finger, or one after another by the left and
// right arrow keys while the figure's button has the focus. Their places are shares of the picture.
(() => {
  const REACH = 28; // pixels from the pointer

  for (const data of document.querySelectorAll("script[data-marks]")) {
    const box = document.getElementById(data.dataset.marks)?.querySelector(".picture");
    if (!box) continue;
    const marks = JSON.parse(data.textContent);
    const [image, button] = [box.querySelector("img"), box.querySelector(".zoom")];
    const tip = Object.assign(document.createElement("output"), { className: "mark-value" });
    const point = Object.assign(document.createElement("span"), { className: "mark-point", hidden: true });
    box.append(point, tip);
    button.setAttribute("aria-description", "The left and right arrow keys read the values of its marks.");
    let current = -1;

    const place = ([across, down]) => {
      const style = getComputedStyle(image);
      const pad = parseFloat(style.paddingLeft);
      return [pad + across * (image.clientWidth - 2 * pad), pad + down * (image.clientHeight - 2 * pad)];
    };
    const show = (index) => {
      current = index;
      point.hidden = index < 0;
      tip.textContent = marks[index]?.[2] ?? ""; // never hidden: screen readers read what changes in what they know
      if (index < 0) return;
      const [left, top] = place(marks[index]);
      const room = Math.max(0, box.clientWidth - tip.offsetWidth);
      tip.style.left = `${Math.min(Math.max(0, left - tip.offsetWidth / 2), room)}px`;
      tip.style.top = `${top > tip.offsetHeight + 14 ? top - tip.offsetHeight - 10 : top + 12}px`;
      point.style.left = `${left}px`;
      point.style.top = `${top}px`;
    };

    const showNearest = (event) => {
      const bounds = image.getBoundingClientRect();
      const [x, y] = [event.clientX - bounds.left, event.clientY - bounds.top];
      const far = marks.map((mark) => Math.hypot(place(mark)[0] - x, place(mark)[1] - y));
      const nearest = far.indexOf(Math.min(...far));
      show(far[nearest] <= REACH ? nearest : -1);
    };
    image.addEventListener("pointermove", showNearest);
    // A finger cannot point without a tap: near a mark this one says the values, elsewhere it enlarges the picture.
    const tapped = (event) => {
      if (event.pointerType !== "touch") return;
      showNearest(event);
      if (current >= 0) event.stopImmediatePropagation();
    };
    image.addEventListener("click", tapped, true);
    image.addEventListener("pointerleave", () => show(-1));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return; // those go back in the browser, and the like
      event.preventDefault();
      show((current + step + marks.length + (current < 0 && step < 0)) % marks.length);
    });
    button.addEventListener("blur", () => show(-1));
    document.addEventListener("keydown", (event) => event.key === "Escape" && show(-1));
  }
})();
