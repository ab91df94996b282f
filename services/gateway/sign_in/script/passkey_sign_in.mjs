// Sign in with a passkey: there where the browser knows them. What is to be signed is asked for when the button is
// pressed, so that it is never too old.
import { answerWith, askPasskey, knowsPasskeys } from "./webauthn.mjs";

export function startPasskeySignIn() {
  const form = document.querySelector('[data-portal="passkey-sign-in"]');
  if (form && knowsPasskeys()) {
    form.hidden = false;
    answerWith(form, async () => askPasskey(await options(form)));
  }
}

async function options(form) {
  const body = new URLSearchParams({ csrf: form.elements.csrf.value });
  const answer = await fetch("/sign-in/passkey/challenge", { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) {
    throw Object.assign(new Error(), { told: "Signing in with a passkey does not work now. Use your password, or try again." });
  }
  return answer.json();
}
