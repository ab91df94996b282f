// What was typed and not yet saved, kept in this browser until it is: by task, holder and page. Cleared on logout.
const PREFIX = "portal:unsaved:";

function keyOf(form) {
  return `${PREFIX}${form.dataset.task}:${form.dataset.holder}:${form.getAttribute("action")}`;
}

// `before` is what the server is known to have, `now` what the page holds, `revision` what the person saw when typing.
export function keep(form, before, now) {
  const { revision, page_id: page } = form.elements;
  try {
    localStorage.setItem(keyOf(form), JSON.stringify({ page: page.value, revision: revision.value, before, now }));
  } catch {
    // A full or forbidden store: the page itself still holds what was typed.
  }
}

export function kept(form) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(form)) ?? "null");
  } catch {
    return null;
  }
}

export function forget(form) {
  localStorage.removeItem(keyOf(form));
}

function forgetWhere(test) {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
    if (test(key)) {
      localStorage.removeItem(key);
    }
  }
}

export function forgetTask(task) {
  forgetWhere((key) => key.startsWith(`${PREFIX}${task}:`));
}

export function forgetAll() {
  forgetWhere(() => true);
}

// A page that was saved by its own button names itself in a cookie of the answer: its copy here has done its duty.
export function forgetSaved() {
  const saved = /(?:^|; )portal_saved=([\w-]+)/.exec(document.cookie)?.[1];
  if (saved) {
    forgetWhere((key) => localStorage.getItem(key).includes(`"page":"${saved}"`));
  }
}
