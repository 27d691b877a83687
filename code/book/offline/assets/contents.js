// The contents of the page show where the reader is.
const links = [...document.querySelectorAll("#toc a")];
const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
const follow = () => {
  const at = headings.findLastIndex((heading) => heading && heading.getBoundingClientRect().top < 120);
  links.forEach((link, i) => link.toggleAttribute("aria-current", i === at));
};
addEventListener("scroll", follow, { passive: true });
follow();
