// Sign in with a passkey: there where the browser knows them. What is to be signed is asked for when the button is
// pressed, so that it is never too old.
import { answerWith, askPasskey, knowsPasskeys } from "./webauthn.mjs";

export function startPasskeySignIn() {
  const form = document.querySelector('[data-portal="passkey-sign-in"]');
  if (form && knowsPasskeys()) {
    form.hidden = false;
    answerWith(form, async () => {
      const answer = await askPasskey(await options(form));
      takeAlong(form);
      return answer;
    });
  }
}

// What was typed before one was signed out stands on the page once, in the password's form: it can be large.
function takeAlong(form) {
  const unsaved = document.querySelector('input[name="unsaved"]');
  if (unsaved) {
    form.append(unsaved);
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
