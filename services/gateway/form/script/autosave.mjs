// Saves what is typed: the same form, to the same address, asking for JSON. Keeps it in the browser until that succeeds.
import { showConditional, showLeftOut } from "./conditions.mjs";
import { showFaults } from "./faults.mjs";
import { showStopped, textsOf } from "./typed.mjs";
import { forget, keep, kept } from "./unsaved.mjs";

const QUIET_MS = 1500;
const RETRY_MS = [2000, 5000, 15000, 30000];
const TRY_AGAIN = [408, 425, 429];
// The form is withdrawn, submitted, moved, or another person's: no later try can succeed.
const OVER = [403, 404, 409, 410];

// The fields of the page that a person fills; files go their own way (upload.mjs).
function entriesOf(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "labels");
}

function typedOf(form) {
  return entriesOf(form).filter(([name]) => /^(a|rows|removed|choice):/.test(name));
}

function byName(entries) {
  const values = new Map();
  for (const [name, value] of entries) {
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values;
}

// Puts back what a person had changed and no more; a row added and lost is added again by its own id.
function restore(form, left) {
  const [before, now] = [byName(left.before), byName(left.now)];
  const names = [...new Set([...before.keys(), ...now.keys()])];
  const changed = names.filter((name) => JSON.stringify(before.get(name)) !== JSON.stringify(now.get(name)));
  for (const name of changed.filter((each) => each.startsWith("rows:"))) {
    const rows = (now.get(name) ?? []).filter((row) => !(before.get(name) ?? []).includes(row));
    rows.forEach((row) => form.dispatchEvent(new CustomEvent("portal:want-row", { detail: { table: name.slice(5), row } })));
  }
  // The row that an empty table offers has another id on every page.
  for (const name of changed.filter((each) => each.startsWith("a:") && now.has(each))) {
    const [table, row] = name.slice(2).split("/");
    if (row) {
      form.dispatchEvent(new CustomEvent("portal:want-row", { detail: { table, row } }));
    }
  }
  for (const name of changed.filter((each) => each.startsWith("removed:"))) {
    (now.get(name) ?? []).forEach((row) => form.dispatchEvent(new CustomEvent("portal:unwant-row", { detail: { table: name.slice(8), row } })));
  }
  for (const name of changed.filter((each) => each.startsWith("a:"))) {
    const values = now.get(name) ?? [];
    for (const control of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (control.type === "radio" || control.type === "checkbox") {
        control.checked = values.includes(control.value);
      } else if (now.has(name)) {
        control.value = values[0];
      }
    }
  }
  return changed.length > 0;
}

export function startAutosave(form) {
  const status = form.querySelector('[data-portal="saved"]');
  const progress = form.querySelector('[data-portal="saving"]');
  const atFirst = typedOf(form);
  let saved = JSON.stringify(atFirst);
  let isOver = false;
  let timer;
  let failures = 0;
  let running = Promise.resolve(null);

  function tell(text, trouble = false) {
    progress.textContent = "";
    status.textContent = text;
    status.classList.toggle("portal-saved--trouble", trouble);
  }

  // Seen but not spoken: a screen reader hears what came of it, not every keystroke. A trouble stays in sight.
  // The status is emptied, never hidden: of one that was hidden until it spoke, screen readers say nothing.
  function progressing(text) {
    if (!status.classList.contains("portal-saved--trouble")) {
      progress.textContent = text;
      status.textContent = "";
    }
  }

  function remember() {
    const now = typedOf(form);
    return keep(form, { before: JSON.parse(saved), now, texts: textsOf(form, atFirst, now) });
  }

  function isChanged() {
    return JSON.stringify(typedOf(form)) !== saved;
  }

  function took(answer, sent) {
    failures = 0;
    form.elements.revision.value = answer.revision;
    form.elements.seen.value = answer.seen;
    const entries = JSON.parse(sent);
    for (const removed of form.querySelectorAll('input[name^="removed:"]')) {
      if (entries.some(([name, value]) => name === removed.name && value === removed.value)) {
        removed.remove();
      }
    }
    saved = JSON.stringify(entries.filter(([name]) => !name.startsWith("removed:")));
    showFaults(form, answer);
    showConditional(form, answer);
    showLeftOut(form, answer);
    if (answer.conflict) {
      tell(answer.conflict, true);
    } else if (Object.keys(answer.faults).length) {
      tell(`Saved ${answer.saved}, except the answers with a problem.`, true);
    } else {
      tell(`Saved ${answer.saved}`);
      forget(form);
    }
    if (isChanged()) {
      progressing("Not saved yet");
    }
  }

  async function failed() {
    const isKept = await remember();
    tell(`Not saved yet. ${isKept ? "What you typed is kept in this browser, and we are" : "Leave this page open: we are"} trying again.`, true);
    clearTimeout(timer);
    timer = setTimeout(save, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
  }

  // Counted, so that a request that was given up and arrives late cannot undo a later one.
  function count() {
    form.elements.save_number.value = Number(form.elements.save_number.value) + 1;
  }

  async function send(action) {
    count();
    progressing("Saving…");
    const sent = JSON.stringify(typedOf(form));
    const body = new URLSearchParams(entriesOf(form));
    body.set("action", action);
    const answer = await fetch(form.getAttribute("action"), {
      method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin", redirect: "error",
      signal: AbortSignal.timeout(15000),
    });
    if (answer.status === 401) {
      await remember();
      tell("Not saved: you have been signed out.", true);
      document.dispatchEvent(new CustomEvent("portal:signed-out"));
      return null;
    }
    const told = await answer.json();
    if (OVER.includes(answer.status) && told.code !== "busy") {
      isOver = true;
      const isOwn = told.code !== "typed_by_another";
      if (isOwn) {
        remember();
      }
      showStopped(form, told, isOwn ? textsOf(form, atFirst, typedOf(form)) : []);
      return null;
    }
    if (answer.status >= 500 || TRY_AGAIN.includes(answer.status) || told.code === "busy") {
      throw new Error(String(answer.status));
    }
    if (!answer.ok) {
      remember();
      tell(`Not saved. ${told.detail || told.title}`, true);
      return null;
    }
    took(told, sent);
    document.dispatchEvent(new CustomEvent("portal:active", { detail: { idleSeconds: told.idle_seconds } }));
    return told;
  }

  // One save at a time; a second waits, so that each carries the revision of the one before.
  function save(action = "save") {
    clearTimeout(timer);
    running = running.then(() => send(action)).catch(() => failed().then(() => null));
    return running;
  }

  function changed() {
    if (isOver || !isChanged()) {
      return;
    }
    remember();
    progressing("Not saved yet");
    clearTimeout(timer);
    timer = setTimeout(save, QUIET_MS);
  }

  kept(form).then((left) => {
    if (left && restore(form, left) && isChanged()) {
      // The revision that the person saw while typing: so a change made by another since shows as a conflict, never vanishes.
      form.elements.revision.value = left.revision;
      changed();
    } else if (!isChanged()) {
      // Saved, perhaps by a request whose answer the page did not wait for.
      forget(form);
    }
  });
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("portal:changed", changed);
  window.addEventListener("online", () => isChanged() && save());
  document.addEventListener("portal:signed-in", () => isChanged() && save());
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    count();
    remember();
  });
  return { save, isChanged };
}
