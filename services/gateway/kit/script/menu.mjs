// The menu under the user's name: a click or Enter opens it; a mouse that hovers and keyboard focus do too; Escape closes it.
export function startMenu() {
  const menu = document.querySelector('[data-portal="user-menu"]');
  if (!menu) {
    return;
  }
  // What opened it without being pressed: the press that follows leaves it open.
  let openedBy = "";
  menu.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse" && !menu.open) {
      menu.open = true;
      openedBy = "hover";
    }
  });
  menu.addEventListener("pointerleave", () => {
    if (openedBy === "hover") {
      menu.open = false;
      openedBy = "";
    }
  });
  menu.querySelector("summary").addEventListener("click", (event) => {
    if (openedBy) {
      event.preventDefault();
      openedBy = "";
    }
  });
  menu.addEventListener("focusin", (event) => {
    if (event.target.matches("summary:focus-visible") && !menu.open) {
      menu.open = true;
      openedBy = "focus";
    }
  });
  menu.addEventListener("focusout", (event) => {
    if (!menu.contains(event.relatedTarget)) {
      menu.open = false;
      openedBy = "";
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      // Focus first: it opens the menu.
      menu.querySelector("summary").focus();
      menu.open = false;
      openedBy = "";
    }
  });
}
