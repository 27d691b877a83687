// A figure's picture fills the window when it is clicked or its button is pressed; Escape or the button closes it.
(() => {
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const pictures = [...document.querySelectorAll("main figure img")].filter((image) => !image.closest(".explorer, .compare, a"));
  if (!pictures.length) return;

  const name = make("span", {});
  const view = make("div", { className: "lightbox-view", tabIndex: 0 });
  const form = make("form", { method: "dialog" });
  form.append(name, make("button", { className: "control", textContent: "Close", autofocus: true }));
  const dialog = make("dialog", { className: "lightbox" });
  dialog.append(form, view);
  document.body.append(dialog);
  view.addEventListener("click", (event) => event.target === view && dialog.close());

  for (const image of pictures) {
    const box = make("span", { className: "picture" });
    const caption = image.closest("figure").querySelector("figcaption")?.textContent.split(":")[0] ?? "Figure";
    const button = make("button", { type: "button", className: "control zoom", textContent: "Enlarge" });
    button.setAttribute("aria-label", `Enlarge ${caption}`);
    image.replaceWith(box);
    box.append(image, button);
    const open = () => {
      name.textContent = caption;
      dialog.setAttribute("aria-label", caption);
      view.setAttribute("aria-label", caption);
      view.setAttribute("role", "region");
      view.replaceChildren(make("img", { src: image.src, alt: image.alt }));
      button.focus(); // where the focus returns to, however it was opened
      dialog.showModal();
    };
    button.addEventListener("click", open);
    image.addEventListener("click", open);
  }
})();
