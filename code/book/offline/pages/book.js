const root = document.documentElement;
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

document.getElementById("theme").addEventListener("click", () => {
  const current = root.dataset.theme ?? (prefersDark.matches ? "dark" : "light");
  root.dataset.theme = current === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch (error) {
    // Without storage the choice lasts as long as the page.
  }
});

const menu = document.getElementById("menu");
menu.addEventListener("click", () => {
  const open = menu.getAttribute("aria-expanded") !== "true";
  menu.setAttribute("aria-expanded", open);
  document.getElementById("sidebar").classList.toggle("open", open);
});

// Tabs as in the ARIA Authoring Practices: one tab stop, arrow keys, Home and End.
for (const list of document.querySelectorAll('[role="tablist"]')) {
  const tabs = [...list.querySelectorAll('[role="tab"]')];
  const select = (tab) => {
    for (const other of tabs) {
      const on = other === tab;
      other.setAttribute("aria-selected", on);
      other.tabIndex = on ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !on;
    }
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const target = tabs[(to + tabs.length) % tabs.length];
      select(target);
      target.focus();
    });
  });
}

// A link into a closed tab or a folded callout opens it.
const reveal = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const panel = target.closest('[role="tabpanel"][hidden]');
  if (panel) document.getElementById(panel.getAttribute("aria-labelledby")).click();
  const details = target.closest("details:not([open])");
  if (details) details.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", reveal);
reveal();

// The contents of the page show where the reader is.
const links = [...document.querySelectorAll("#toc a")];
const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
const follow = () => {
  const at = headings.findLastIndex((heading) => heading && heading.getBoundingClientRect().top < 120);
  links.forEach((link, i) => link.toggleAttribute("aria-current", i === at));
};
addEventListener("scroll", follow, { passive: true });
follow();
