// Tables that sort by their headings, as in the ARIA Authoring Practices; wide and long ones scroll in a box of their
// own, and long ones have a field to filter the rows. Without this the tables stand as they are.
(() => {
  const LONG = 40;
  const NUMBER = /^([+-]?\d[\d,]*\.?\d*)\s*(?:%|±.*|\(.*\)|[a-z]{1,4})?$/i;
  const collator = new Intl.Collator("en", { numeric: true });
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

  // The number that a cell begins with, where the rest is its unit or interval: "−6.0", "1,234", "41.2 (40.1 to 42.3)".
  const number = (text) => {
    const found = NUMBER.exec(text.replaceAll("\u2212", "-").replaceAll("\u00a0", " "));
    return found ? Number(found[1].replaceAll(",", "")) : NaN;
  };
  const empty = (text) => text === "" || text === "–";

  const sort = (rows, column, sign) => {
    const texts = new Map(rows.map((row) => [row, row.cells[column]?.textContent.trim() ?? ""]));
    const numeric = [...texts.values()].every((text) => empty(text) || !Number.isNaN(number(text)));
    const compare = numeric ? (a, b) => number(a) - number(b) : collator.compare;
    return [...rows].sort((one, other) => {
      const [a, b] = [texts.get(one), texts.get(other)];
      return empty(a) || empty(b) ? empty(a) - empty(b) : sign * compare(a, b); // what is missing stays last
    });
  };

  const sortable = (table) => {
    const body = table.tBodies[0];
    const written = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = make("button", { type: "button", className: "sort" });
      button.append(...head.childNodes);
      if (!button.textContent.trim()) button.setAttribute("aria-label", "name");
      head.append(button);
      button.addEventListener("click", () => {
        const next = { none: "ascending", ascending: "descending" }[head.ariaSort ?? "none"];
        for (const each of heads) each.removeAttribute("aria-sort");
        if (next) head.setAttribute("aria-sort", next);
        body.append(...(next ? sort(written, column, next === "ascending" ? 1 : -1) : written));
      });
    });
  };

  const filterable = (table, box) => {
    const rows = [...table.tBodies[0].rows];
    const count = make("output", {});
    const field = make("input", { type: "search", className: "field" });
    const label = make("label", { textContent: "Filter rows " });
    label.append(field);
    const filter = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
      count.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
    };
    field.addEventListener("input", filter);
    filter();
    const tools = make("div", { className: "table-filter" });
    tools.append(label, count);
    box.before(tools);
  };

  const INTERVAL = /^[−\d.,]+ \([−\d.,]+ to [−\d.,]+\)$/;
  for (const cell of document.querySelectorAll("main td")) {
    cell.classList.toggle("interval", INTERVAL.test(cell.textContent.trim()));
  }

  for (const table of document.querySelectorAll("main table")) {
    const rows = table.tBodies[0]?.rows.length ?? 0;
    const box = make("div", { className: "table-box" });
    table.replaceWith(box);
    box.append(table);
    if (table.tHead?.rows.length === 1 && table.tBodies.length === 1 && rows > 2) sortable(table);
    if (rows > LONG) {
      box.classList.add("long");
      filterable(table, box);
    }
    // What scrolls can be reached by keyboard, and has a name.
    const caption = table.closest("figure")?.querySelector("figcaption")?.textContent.split(":")[0] ?? "Table";
    const watch = () => {
      const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
      if (scrolls) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
      for (const [name, value] of [["role", "region"], ["aria-label", caption]]) {
        if (scrolls) box.setAttribute(name, value);
        else box.removeAttribute(name);
      }
    };
    new ResizeObserver(watch).observe(box);
  }
})();
