// Search over all pages, from a web server and from a folder alike. Pages and library are loaded at the first search.
(() => {
  const here = new URL(".", document.currentScript.src);
  const book = new URL("../../../", here);
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const SHOWN = 12;

  const field = make("input", { type: "search", className: "field", autofocus: true, placeholder: "Search the report" });
  field.setAttribute("aria-label", "Search the report");
  const form = make("form", { method: "dialog" });
  form.append(field, make("button", { className: "control", textContent: "Close", formNoValidate: true }));
  const state = make("output", {});
  const list = make("ol", {});
  const dialog = make("dialog", { className: "search" });
  dialog.setAttribute("aria-label", "Search");
  dialog.append(form, state, list);
  document.body.append(dialog);

  const load = (file) =>
    new Promise((resolve, reject) => {
      document.head.append(make("script", { src: new URL(file, here), onload: resolve, onerror: reject }));
    });
  let loading;
  const index = () =>
    (loading ??= Promise.all([load("vendor/minisearch.js"), load("search-index.js")]).then(() => {
      const found = new MiniSearch({
        fields: ["title", "text"],
        storeFields: ["title", "chapter", "text", "href"],
        searchOptions: { boost: { title: 3 }, prefix: true, fuzzy: (term) => (term.length > 5 ? 0.15 : 0), combineWith: "AND" },
      });
      found.addAll(bookSections.map((section, id) => ({ id, ...section })));
      return found;
    }));

  // Some words around the first match, matches marked.
  const excerpt = (text, terms) => {
    const any = new RegExp(`(${terms.map((term) => term.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|")})`, "iu");
    const at = Math.max(0, text.search(any) - 60);
    const start = at && text.indexOf(" ", at) + 1;
    const parts = text.slice(start, start + 190).split(any);
    const nodes = parts.map((part, i) => (i % 2 ? make("mark", { textContent: part }) : part));
    return [start ? "… " : "", ...nodes, start + 190 < text.length ? " …" : ""];
  };

  const search = async () => {
    const query = field.value.trim();
    let found;
    try {
      found = query ? (await index()).search(query) : [];
    } catch {
      state.textContent = "The search index is not there: it is written when the whole book is built.";
      return;
    }
    if (query !== field.value.trim()) return;
    state.textContent = query ? `${found.length} ${found.length === 1 ? "section" : "sections"}` : "";
    list.replaceChildren(
      ...found.slice(0, SHOWN).map(({ title, chapter, text, href, terms }) => {
        const link = make("a", { href: new URL(href, book) });
        const line = make("p", {});
        line.append(...excerpt(text, terms));
        link.append(make("strong", { textContent: title }), title === chapter ? "" : ` · ${chapter}`, line);
        link.addEventListener("click", () => dialog.close());
        const item = make("li", {});
        item.append(link);
        return item;
      }),
    );
  };
  field.addEventListener("input", search);

  // Enter goes to the first section found, arrows move through the list, Escape closes rather than empties the field.
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") dialog.close();
    const links = [...list.querySelectorAll("a")];
    if (event.key === "Enter" && event.target === field) {
      event.preventDefault();
      links[0]?.click();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !links.length) return;
    event.preventDefault();
    (links[links.indexOf(document.activeElement) + step] ?? field).focus();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  const open = () => {
    if (!dialog.open) dialog.showModal();
    field.select();
    index().catch(() => {});
  };
  const button = make("button", { type: "button", className: "control search-open", textContent: "Search " });
  button.append(make("kbd", { textContent: "/" }));
  button.addEventListener("click", open);
  // Quarto shows its side bar on wide screens and another bar on narrow ones.
  const narrow = matchMedia("(max-width: 991.98px)");
  const places = [".top", "#quarto-header .container-fluid", "#quarto-sidebar .sidebar-header"];
  const [top, bar, side] = places.map((place) => document.querySelector(place));
  const put = () => (top ?? (narrow.matches ? bar : side))?.append(button);
  narrow.addEventListener("change", put);
  put();
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open();
  });
})();
