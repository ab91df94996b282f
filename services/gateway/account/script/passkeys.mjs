// Adding a passkey: offered where the browser knows them, and made when the button is pressed.
import { answerWith, knowsPasskeys, makePasskey } from "./webauthn.mjs";

export function startAddingPasskey() {
  if (!knowsPasskeys()) {
    return;
  }
  document.querySelectorAll('[data-portal="with-passkeys"]').forEach((part) => (part.hidden = false));
  document.querySelectorAll('[data-portal="without-passkeys"]').forEach((part) => (part.hidden = true));
  const form = document.querySelector('[data-portal="passkey-adding"]');
  if (form) {
    answerWith(form, () => makePasskey(JSON.parse(form.dataset.options)));
  }
}
