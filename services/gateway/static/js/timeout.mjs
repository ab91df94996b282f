// Warns two minutes before the session ends, and lets the person stay signed in.
const WARN_SECONDS = 120;

export function startTimeOut() {
  const dialog = document.querySelector('[data-portal="time-out"]');
  if (!dialog) {
    return;
  }
  const text = dialog.querySelector('[data-portal="time-out-text"]');
  const stay = dialog.querySelector('[data-portal="stay"]');
  const until = Date.now() + Number(dialog.dataset.sessionSeconds) * 1000;
  let timer;

  function wait(seconds) {
    clearTimeout(timer);
    const left = Math.min(seconds, (until - Date.now()) / 1000);
    timer = setTimeout(warn, Math.max(left - WARN_SECONDS, 0) * 1000);
  }

  function warn() {
    if (!dialog.open) {
      dialog.showModal();
      dialog.querySelector("h2").focus();
    }
    timer = setTimeout(ended, WARN_SECONDS * 1000);
  }

  function ended() {
    text.textContent = "You have been signed out. What you typed is kept in this browser: sign in again to save it.";
    stay.textContent = "Sign in";
    stay.addEventListener("click", () => window.location.reload(), { once: true });
  }

  async function extend() {
    const body = new URLSearchParams({ csrf: dialog.dataset.csrf });
    const answer = await fetch("/session/stay", { method: "POST", body, redirect: "error", signal: AbortSignal.timeout(10000) }).catch(() => null);
    if (answer?.ok) {
      dialog.close();
      wait((await answer.json()).idle_seconds);
    } else {
      ended();
    }
  }

  stay.addEventListener("click", extend);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    extend();
  });
  // A save is activity: it moves the end on the server, and so the warning here.
  document.addEventListener("portal:active", ({ detail }) => wait(detail.idleSeconds));
  wait(Number(dialog.dataset.idleSeconds));
}
