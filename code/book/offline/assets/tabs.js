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
