// Warns two minutes before the session ends, with the time that is left; all tabs together, by the clock on the wall.
import { canKeep } from "./unsaved.mjs";

const WARN_SECONDS = 120;
const TOLD_AT = [120, 60, 30, 10];
const ASK_AGAIN_MS = 15000;

function words(seconds) {
  const [count, unit] = seconds > 60 ? [Math.ceil(seconds / 60), "minute"] : [seconds, "second"];
  return `For your security, you will be signed out in ${count} ${unit}${count === 1 ? "" : "s"}. What you have typed is kept.`;
}

export function startTimeOut() {
  const dialog = document.querySelector('[data-portal="time-out"]');
  if (!dialog) {
    return;
  }
  const part = (name) => dialog.querySelector(`[data-portal="${name}"]`);
  const [text, spoken, stay, heading] = [part("time-out-text"), part("time-out-told"), part("stay"), dialog.querySelector("h2")];
  const tabs = new BroadcastChannel("portal:session");
  const last = Date.now() + Number(dialog.dataset.sessionSeconds) * 1000;
  let ends = 0;
  let asked = 0;
  let isOver = false;

  function set(until) {
    ends = Math.min(until, last);
    if (dialog.open && !isOver && ends - Date.now() > WARN_SECONDS * 1000) {
      dialog.close();
    }
  }

  function extended(idleSeconds) {
    set(Date.now() + idleSeconds * 1000);
    tabs.postMessage({ ends });
  }

  function open() {
    if (!dialog.open) {
      dialog.showModal();
      heading.focus();
    }
  }

  function ended() {
    isOver = true;
    heading.textContent = "You have been signed out";
    text.textContent = canKeep ? "What you typed is kept in this browser: sign in again to save it." : "Sign in again to go on.";
    stay.textContent = "Sign in";
    part("sign-out").hidden = true;
    open();
    heading.focus();
    tabs.postMessage({ ask: true });
  }

  // The server alone knows: another tab, another window or a save may have kept the session alive.
  async function ask() {
    if (isOver || Date.now() - asked < ASK_AGAIN_MS) {
      return;
    }
    asked = Date.now();
    const answer = await fetch("/session/left", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10000) }).catch(() => null);
    if (answer?.ok) {
      set(Date.now() + (await answer.json()).idle_seconds * 1000);
    } else if (answer?.status === 401) {
      ended();
    }
  }

  function tick() {
    const left = Math.ceil((ends - Date.now()) / 1000);
    if (isOver || left > WARN_SECONDS) {
      return;
    }
    if (left <= 0) {
      ask();
      return;
    }
    const first = !dialog.open;
    open();
    text.textContent = words(left);
    if (first || TOLD_AT.includes(left)) {
      spoken.textContent = words(left);
    }
  }

  async function extend() {
    const body = new URLSearchParams({ csrf: dialog.dataset.csrf });
    const answer = await fetch("/session/stay", { method: "POST", body, redirect: "error", signal: AbortSignal.timeout(10000) }).catch(() => null);
    if (answer?.ok) {
      extended((await answer.json()).idle_seconds);
    } else {
      asked = 0;
      ask();
    }
  }

  stay.addEventListener("click", () => (isOver ? window.location.reload() : extend()));
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (!isOver) {
      extend();
    }
  });
  tabs.addEventListener("message", ({ data }) => (data.ask ? ask() : set(data.ends)));
  // A save is activity: it moves the end on the server, and so the warning here.
  document.addEventListener("portal:active", ({ detail }) => extended(detail.idleSeconds));
  document.addEventListener("visibilitychange", tick);
  extended(Number(dialog.dataset.idleSeconds));
  setInterval(tick, 1000);
}
