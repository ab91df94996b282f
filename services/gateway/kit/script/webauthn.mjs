// What a browser's passkeys are told and say, between the portal's JSON and the buffers that browsers take and give.
// Browsers have functions for that now; those of some years ago, which know passkeys too, have not.
// An address of numbers is none that a passkey can be bound to.
export const knowsPasskeys = () =>
  Boolean(globalThis.PublicKeyCredential && navigator.credentials && !/^[\d.]+$|:/.test(location.hostname));

export async function makePasskey(options) {
  const user = { ...options.user, id: bytes(options.user.id) };
  const publicKey = { ...told(options), user, excludeCredentials: credentials(options.excludeCredentials) };
  return said(await navigator.credentials.create({ publicKey }), ["clientDataJSON", "attestationObject"]);
}

export async function askPasskey(options) {
  const publicKey = { ...told(options), allowCredentials: credentials(options.allowCredentials) };
  const parts = ["clientDataJSON", "authenticatorData", "signature", "userHandle"];
  return said(await navigator.credentials.get({ publicKey }), parts);
}

// The button of such a form: `ask` gives the authenticator's answer, which the form then posts. What goes wrong
// on the way is said beside the button, and the button can be pressed again.
export function answerWith(form, ask) {
  const fault = form.querySelector('[data-portal="passkey-fault"]');
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) {
      return;
    }
    button.disabled = true;
    fault.textContent = "";
    try {
      form.elements.answer.value = JSON.stringify(await ask());
      form.submit();
    } catch (error) {
      fault.textContent = words(error);
    } finally {
      button.disabled = false;
    }
  });
}

function words(error) {
  if (error.name === "InvalidStateError") {
    return "This device has a passkey for your account already.";
  }
  return error.told ?? "No passkey was used. Try again, or go on without one.";
}

function told(options) {
  return { ...options, challenge: bytes(options.challenge) };
}

function credentials(list = []) {
  return list.map((each) => ({ ...each, id: bytes(each.id) }));
}

function said(credential, parts) {
  const given = parts.filter((name) => credential.response[name]);
  const response = Object.fromEntries(given.map((name) => [name, text(credential.response[name])]));
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response };
}

function bytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
}

function text(buffer) {
  const raw = Array.from(new Uint8Array(buffer), (each) => String.fromCharCode(each)).join("");
  return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
