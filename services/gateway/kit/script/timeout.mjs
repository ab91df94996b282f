// Warns two minutes before the session ends, with the time that is left; all tabs together, by the clock on the wall.
import { canKeep } from "./unsaved.mjs";

const WARN_SECONDS = 120;
const TOLD_AT = [120, 60, 30, 10];
const ASK_AGAIN_MS = 15000;

function words(seconds) {
  const [count, unit] = seconds > 60 ? [Math.ceil(seconds / 60), "minute"] : [seconds, "second"];
  return `For your security, you will be signed out in ${count} ${unit}${count === 1 ? "" : "s"}. What you have typed is kept.`;
}

// The page at the end of signing in again: all tabs of this browser may go on.
export function startSignedIn() {
  if (document.querySelector('[data-portal="signed-in"]')) {
    new BroadcastChannel("portal:session").postMessage({ again: true });
  }
}

export function startTimeOut() {
  const dialog = document.querySelector('[data-portal="time-out"]');
  if (!dialog) {
    return;
  }
  const part = (name) => dialog.querySelector(`[data-portal="${name}"]`);
  const [text, spoken, stay, heading] = [part("time-out-text"), part("time-out-told"), part("stay"), dialog.querySelector("h2")];
  const atFirst = { heading: heading.textContent, stay: stay.textContent };
  const tabs = new BroadcastChannel("portal:session");
  let last = Date.now() + Number(dialog.dataset.sessionSeconds) * 1000;
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
    text.textContent = "What you typed is still on the page: sign in again to go on.";
    stay.textContent = "Sign in";
    part("sign-out").hidden = true;
    document.body.classList.add("portal-signed-out");
    open();
    heading.focus();
    tabs.postMessage({ ask: true });
  }

  // Over the page, by the same steps as ever. It shows whether that worked by what `/signed-in` tells all tabs.
  function signIn() {
    const page = document.createElement("iframe");
    page.src = "/sign-in?next=/signed-in";
    page.title = "Sign in";
    page.className = "portal-dialog__page";
    part("time-out-page").replaceChildren(page);
    dialog.classList.add("portal-dialog--wide");
    text.textContent = canKeep ? "What you typed is kept." : "What you typed is still on the page.";
    stay.textContent = "Sign in on a page of its own";
  }

  // The same person is here again: the page goes on as it stands, with what the new session needs. Anybody else gets their own.
  async function resume() {
    const answer = await fetch("/session/left", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10000) }).catch(() => null);
    const session = answer?.ok ? await answer.json() : null;
    if (!isOver || !session) {
      return;
    }
    if (session.unsaved_key !== document.body.dataset.unsavedKey) {
      window.location.reload();
      return;
    }
    for (const token of document.querySelectorAll('input[name="csrf"]')) {
      token.value = session.csrf;
    }
    dialog.dataset.csrf = session.csrf;
    isOver = false;
    [heading.textContent, stay.textContent] = [atFirst.heading, atFirst.stay];
    part("sign-out").hidden = false;
    part("time-out-page").replaceChildren();
    dialog.classList.remove("portal-dialog--wide");
    document.body.classList.remove("portal-signed-out");
    last = Date.now() + session.session_seconds * 1000;
    set(Date.now() + session.idle_seconds * 1000);
    dialog.close();
    document.dispatchEvent(new CustomEvent("portal:signed-in"));
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

  stay.addEventListener("click", () => {
    if (!isOver) {
      extend();
    } else if (dialog.querySelector("iframe")) {
      window.location.reload();
    } else {
      signIn();
    }
  });
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (!isOver) {
      extend();
    }
  });
  tabs.addEventListener("message", ({ data }) => {
    if (data.again) {
      resume();
    } else if (data.ask) {
      ask();
    } else {
      set(data.ends);
    }
  });
  // A save is activity: it moves the end on the server, and so the warning here.
  document.addEventListener("portal:signed-out", () => isOver || ended());
  document.addEventListener("portal:active", ({ detail }) => extended(detail.idleSeconds));
  document.addEventListener("visibilitychange", tick);
  extended(Number(dialog.dataset.idleSeconds));
  setInterval(tick, 1000);
}
