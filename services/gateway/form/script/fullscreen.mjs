// Full Screen: one table in a dialog of the whole window, with the state of saving; the rest of the page waits behind it.
export function startFullScreen(form) {
  const dialog = form.querySelector('[data-portal="full-screen"]');
  if (!dialog) {
    return;
  }
  const [body, bar] = ["body", "bar"].map((part) => dialog.querySelector(`[data-portal="full-screen-${part}"]`));
  const state = form.querySelector('[data-portal="state"]');
  const homes = new Map();

  function lend(element, place) {
    const home = document.createComment("");
    element.replaceWith(home);
    homes.set(element, home);
    place.prepend(element);
  }

  form.addEventListener("click", (event) => {
    const opener = event.target.closest('[data-portal="open-full-screen"]');
    if (!opener) {
      return;
    }
    event.preventDefault();
    lend(opener.closest('[data-portal="table"]'), body);
    lend(state, bar);
    dialog.showModal();
    form.dispatchEvent(new CustomEvent("portal:row-added"));
    body.querySelector("h2, h3").focus();
    dialog.addEventListener("close", () => {
      for (const [element, home] of homes) {
        home.replaceWith(element);
      }
      homes.clear();
      form.dispatchEvent(new CustomEvent("portal:row-added"));
      opener.focus();
    }, { once: true });
  });
  dialog.querySelector('[data-portal="exit-full-screen"]').addEventListener("click", () => dialog.close());
}
