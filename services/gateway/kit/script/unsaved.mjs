// What was typed and not yet saved, kept in this browser until it is: by task, holder and page. Encrypted with a key of the
// person, which only their signed-in pages hold; it expires, and is gone for the next person. Cleared on logout.
const PREFIX = "portal:unsaved:";
const HOUR_MS = 60 * 60 * 1000;
const PIECE = 0x8000;
const { unsavedKey, unsavedHours } = document.body.dataset;
// Without https a browser has no cryptography, and nothing is kept.
export const canKeep = Boolean(unsavedKey && crypto.subtle);
const opened = canKeep ? open(unsavedKey) : Promise.resolve(null);
let turns = 0;
let written = 0;

function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function textOf(buffer) {
  const bytes = new Uint8Array(buffer);
  let plain = "";
  for (let start = 0; start < bytes.length; start += PIECE) {
    plain += String.fromCharCode(...bytes.subarray(start, start + PIECE));
  }
  return btoa(plain);
}

// `owner` tells whose an entry is without telling who: a mark of the key.
async function open(text) {
  const bytes = bytesOf(text);
  const [key, mark] = await Promise.all([
    crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]),
    crypto.subtle.digest("SHA-256", bytes),
  ]);
  return { key, owner: textOf(mark.slice(0, 9)) };
}

function keyOf(form) {
  return `${PREFIX}${form.dataset.task}:${form.dataset.holder}:${form.getAttribute("action")}`;
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

async function unsealed(name) {
  const [own, entry] = [await opened, read(name)];
  if (!own || entry?.owner !== own.owner || entry.until < Date.now()) {
    return null;
  }
  try {
    const options = { name: "AES-GCM", iv: bytesOf(entry.iv), additionalData: new TextEncoder().encode(name) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(options, own.key, bytesOf(entry.encrypted))));
  } catch {
    return null;
  }
}

// `content.before` is what the server is known to have, `now` what the page holds, `texts` the same to be read.
// Settles to whether this browser now holds it.
export async function keep(form, content) {
  turns += 1;
  const turn = turns;
  const own = await opened;
  if (!own) {
    return false;
  }
  const [name, iv] = [keyOf(form), crypto.getRandomValues(new Uint8Array(12))];
  const { revision, page_id: page } = form.elements;
  const options = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) };
  const plain = new TextEncoder().encode(JSON.stringify({ ...content, revision: revision.value }));
  const encrypted = textOf(await crypto.subtle.encrypt(options, own.key, plain));
  if (turn <= written) {
    return true;
  }
  written = turn;
  const entry = { owner: own.owner, until: Date.now() + Number(unsavedHours) * HOUR_MS, page: page.value, iv: textOf(iv), encrypted };
  try {
    localStorage.setItem(name, JSON.stringify(entry));
    return true;
  } catch {
    // A full or forbidden store: the page itself still holds what was typed.
    return false;
  }
}

export function kept(form) {
  return unsealed(keyOf(form));
}

export function forget(form) {
  written = turns;
  localStorage.removeItem(keyOf(form));
}

function namesWhere(test) {
  return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX) && test(name));
}

function forgetWhere(test) {
  for (const name of namesWhere(test)) {
    localStorage.removeItem(name);
  }
}

// What is kept of a task that the person can no longer open, as labels and texts.
export async function textsOfTask(task) {
  const contents = await Promise.all(namesWhere((name) => name.startsWith(`${PREFIX}${task}:`)).map(unsealed));
  return contents.flatMap((content) => content?.texts ?? []);
}

export function forgetTask(task) {
  written = turns;
  forgetWhere((name) => name.startsWith(`${PREFIX}${task}:`));
}

export function forgetAll() {
  written = turns;
  forgetWhere(() => true);
}

// On every page: what is too old, and once somebody is signed in whatever is not theirs. Then a page that was saved by its
// own button: it names itself in a cookie of the answer, and its copy here has done its duty.
export async function tidy() {
  const saved = /(?:^|; )(?:__Host-)?portal_saved=([\w-]+)/.exec(document.cookie)?.[1];
  const own = await opened;
  forgetWhere((name) => {
    const entry = read(name);
    const isOthers = unsavedKey && entry?.owner !== own?.owner;
    return !(entry?.until > Date.now()) || isOthers || (saved && entry.page === saved);
  });
}
