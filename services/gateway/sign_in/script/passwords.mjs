// Show beside a password: what is typed can be read while it is typed, never when it is sent.
function set(field, button, isShown) {
  field.type = isShown ? "text" : "password";
  button.querySelector('[data-portal="show-password-word"]').textContent = isShown ? "Hide" : "Show";
}

export function startPasswords() {
  for (const button of document.querySelectorAll('[data-portal="show-password"]')) {
    const field = document.getElementById(button.getAttribute("aria-controls"));
    button.hidden = false;
    button.addEventListener("click", () => set(field, button, field.type === "password"));
    field.form.addEventListener("submit", () => set(field, button, false));
  }
}
