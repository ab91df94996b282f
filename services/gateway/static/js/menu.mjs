// The menu under the user's name: a click opens it everywhere; a mouse that hovers and Escape work too.
export function startMenu() {
  const menu = document.querySelector('[data-portal="user-menu"]');
  if (!menu) {
    return;
  }
  let byHover = false;
  menu.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse" && !menu.open) {
      menu.open = true;
      byHover = true;
    }
  });
  menu.addEventListener("pointerleave", () => {
    if (byHover) {
      menu.open = false;
      byHover = false;
    }
  });
  menu.querySelector("summary").addEventListener("click", (event) => {
    if (byHover) {
      event.preventDefault();
      byHover = false;
    }
  });
  menu.addEventListener("focusin", (event) => {
    if (event.target.matches("summary:focus-visible")) {
      menu.open = true;
    }
  });
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(event.relatedTarget)) {
      menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}
