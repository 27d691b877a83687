// What the text gains where scripts run: a link past the frame, links at headings and captions, copy buttons, and
// verdicts with a mark.
(() => {
  const main = document.querySelector("main");
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);

  if (!document.querySelector(".skip")) { // Quarto's pages have none
    const frame = make("nav", { ariaLabel: "Skip" });
    frame.append(make("a", { className: "skip", href: `#${main.id}`, textContent: "Skip to the text" }));
    document.body.prepend(frame);
  }

  for (const part of main.querySelectorAll("section :is(h2, h3, h4), figcaption")) {
    const target = part.closest(part.localName === "figcaption" ? "[id^='fig-'], [id^='tbl-']" : "section[id]");
    if (!target) continue;
    const name = part.localName === "figcaption" ? part.textContent.split(":")[0] : part.textContent.trim();
    const link = make("a", { className: "deep-link", href: `#${target.id}` });
    link.setAttribute("aria-label", `Link to ${name}`);
    part.append(link);
  }

  for (const code of main.querySelectorAll("pre:not(.output) > code")) {
    if (code.closest(".cell-output")) continue;
    const pre = code.parentElement;
    const box = pre.closest("div.sourceCode") ?? make("div", {});
    if (!box.contains(pre)) pre.replaceWith(box), box.append(pre);
    box.classList.add("copied");
    const button = make("button", { type: "button", className: "control copy", textContent: "Copy" });
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code); // where pages may not write to the clipboard, a key does
        button.textContent = "Selected";
      }
      setTimeout(() => (button.textContent = "Copy"), 1600);
    });
    box.append(button);
  }

  // Code and equations that are cut off can be scrolled by keyboard.
  for (const box of main.querySelectorAll("pre, math[display='block']")) {
    const watch = () => (box.scrollWidth > box.clientWidth + 1 ? (box.tabIndex = 0) : box.removeAttribute("tabindex"));
    new ResizeObserver(watch).observe(box);
  }

  const VERDICTS = new Set(["holds", "does not hold", "undecided", "not testable"]);
  for (const part of main.querySelectorAll("strong, td")) {
    const text = part.textContent.trim();
    if (!VERDICTS.has(text)) continue;
    const mark = make("span", { className: `verdict verdict-${text.replaceAll(" ", "-")}`, textContent: text });
    part.replaceChildren(mark);
  }

  // Where there are several bars of links, a screen reader tells them apart by name; Quarto's have none.
  const BARS = { "#quarto-sidebar": "Chapters", ".quarto-secondary-nav": "Menu and search", "#TOC": "On this page",
    ".page-navigation": "Previous and next chapter" };
  for (const [bar, name] of Object.entries(BARS)) document.querySelector(bar)?.setAttribute("aria-label", name);
})();
