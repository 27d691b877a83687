// Runs once for the form around it and leaves no global name. Without it the form is a still picture.
(async () => {
  const form = document.currentScript.closest("form");
  const find = (name) => form.querySelector(name);
  const data = JSON.parse(find("script[type='application/json']").textContent);
  const { curve, width, height, fineness } = data;

  // Deflated bytes rather than a PNG: browsers that guard against fingerprinting falsify what a canvas gives back.
  const inflate = async (text) => {
    const packed = new Blob([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))]);
    const bytes = packed.stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(bytes).arrayBuffer());
  };

  // Each pixel's level, the number of thresholds that its score reaches: threshold k marks those with a level over k.
  const read = async ({ name, pixels }) => {
    const bytes = await inflate(pixels);
    const levels = bytes.subarray(0, width * height);
    const anomaly = bytes.subarray(width * height);
    const marked = [0, 1].map(() => new Array(curve.threshold.length + 1).fill(0));
    levels.forEach((level, i) => marked[anomaly[i]][level]++);
    for (const counts of marked) for (let level = counts.length - 2; level >= 0; level--) counts[level] += counts[level + 1];
    return { name, levels, anomaly, normal: marked[0], anomalous: marked[1] };
  };
  const pictures = await Promise.all(data.pictures.map(read));
  const shades = new Uint32Array((await inflate(data.shades)).buffer);
  const [hit, alarm, miss] = data.paints.map((pair) => new Uint32Array(Uint8Array.from(pair.flat()).buffer));

  const slider = form.elements.level;
  const choices = [...form.querySelectorAll("[name='picture']")];
  const thumbs = choices.map((choice) => choice.nextElementSibling);
  const chosen = () => choices.findIndex((choice) => choice.checked);
  const share = (part, whole) => (whole ? part / whole : NaN);
  const percent = (value, digits) => (Number.isNaN(value) ? "–" : `${(value * 100).toFixed(digits)}\u00a0%`);
  const texts = (recall, precision, fpr) => [percent(recall, 1), percent(precision, 1), percent(fpr, 2)];

  const imageRates = ({ normal, anomalous }, k) => {
    const [hits, alarms] = [anomalous[k + 1], normal[k + 1]];
    return texts(share(hits, anomalous[0]), share(hits, hits + alarms), share(alarms, normal[0]));
  };
  const splitRates = (k) => texts(curve.recall[k], curve.precision[k], curve.fpr[k]);
  const fill = (row, values) => row.querySelectorAll("[role='cell']").forEach((cell, i) => (cell.textContent = values[i]));

  // `color` gives the four bytes of a pixel as one number.
  const draw = (canvas, color) => {
    const context = canvas.getContext("2d");
    const image = context.createImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let y = 0, at = 0; y < canvas.height; y++) {
      for (let x = 0; x < canvas.width; x++, at++) pixels[at] = color(x, y);
    }
    context.putImageData(image, 0, 0);
  };
  const drawMap = ({ levels }) => draw(find(".explorer-map"), (x, y) => shades[levels[y * width + x]]);
  // Hits solid, false alarms striped, misses dotted: as `mask_painting.paint` does.
  const drawMask = ({ levels, anomaly }, k) => {
    draw(find("canvas.explorer-mask"), (x, y) => {
      const i = Math.floor(y / fineness) * width + Math.floor(x / fineness);
      if (levels[i] > k) return anomaly[i] ? hit[1] : alarm[+((x + y) % 6 < 3)];
      return anomaly[i] ? miss[+(((x >> 1) + (y >> 1)) % 2 === 0)] : 0;
    });
  };

  let speaking;
  const say = (text) => {
    clearTimeout(speaking); // not at every step of a drag
    speaking = setTimeout(() => (find("[role='status']").textContent = text), 400);
  };

  const area = find(".explorer-area");
  const rise = (k) => curve.precision[k] / data.top; // as a share of the plot
  const place = (k) => [curve.recall[k] * area.width.baseVal.value, (1 - rise(k)) * area.height.baseVal.value];

  const move = () => {
    const k = slider.valueAsNumber;
    const picture = pictures[chosen()];
    const split = splitRates(k);
    find(".explorer-point").setAttribute("transform", `translate(${place(k).map((v) => v.toFixed(2)).join(" ")})`);
    find("output").textContent = curve.threshold[k];
    slider.setAttribute("aria-valuetext", curve.threshold[k]);
    fill(find(".explorer-split"), split);
    fill(find(".explorer-image"), imageRates(picture, k));
    drawMask(picture, k);
    const [recall, precision, alarms] = split;
    say(`Threshold ${curve.threshold[k]}: recall ${recall}, precision ${precision}, false alarms ${alarms}`);
  };
  const choose = () => {
    const { name } = pictures[chosen()];
    find(".explorer-picture").src = thumbs[chosen()].src;
    find(".explorer-picture").alt = name;
    find(".explorer-image [role='rowheader']").textContent = name;
    drawMap(pictures[chosen()]);
    move();
  };
  const toggle = () => {
    find("canvas.explorer-mask").hidden = !form.elements.mask.checked;
    find(".explorer-map").hidden = !form.elements.map.checked;
  };

  // Dragging on the plot moves to the nearest point of the curve. A finger on the point drags it; elsewhere a finger
  // that moves up or down scrolls the page.
  const follow = (event) => {
    const box = area.getBoundingClientRect();
    const far = (k) =>
      Math.hypot(
        box.left + curve.recall[k] * box.width - event.clientX,
        box.bottom - rise(k) * box.height - event.clientY,
      );
    slider.value = curve.recall.reduce((best, _, k) => (far(k) < far(best) ? k : best), 0);
    move();
  };
  const plot = find(".explorer-plot");
  plot.addEventListener("pointerdown", (event) => {
    plot.setPointerCapture(event.pointerId);
    follow(event);
  });
  plot.addEventListener("pointermove", (event) => plot.hasPointerCapture(event.pointerId) && follow(event));

  find(".explorer-point").addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });

  slider.addEventListener("input", move);
  choices.forEach((choice) => choice.addEventListener("change", choose));
  for (const name of ["mask", "map"]) form.elements[name].addEventListener("change", toggle);
  form.addEventListener("submit", (event) => event.preventDefault());

  thumbs[0].src = find(".explorer-picture").src; // written only once in the page
  form.classList.add("explorer-live");
  for (const still of form.querySelectorAll(".explorer-still, .explorer-static")) still.remove();
  for (const hidden of form.querySelectorAll("fieldset, .explorer-toggles, .explorer-slider")) hidden.hidden = false;
  choose();
  toggle();
})();
