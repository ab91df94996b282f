// What is wrong with an answer, at its field and in the summary: put in place, replaced and taken away as a save's answer says.
const ERROR = { TEXTAREA: "govuk-textarea--error", SELECT: "govuk-select--error" };

function idOf(path) {
  return `q-${path.replaceAll("/", "--")}`;
}

function describe(element, id, isWrong) {
  const ids = (element.getAttribute("aria-describedby") ?? "").split(" ").filter((each) => each && each !== id);
  const all = isWrong ? [...ids, id] : ids;
  if (all.length) {
    element.setAttribute("aria-describedby", all.join(" "));
  } else {
    element.removeAttribute("aria-describedby");
  }
}

// The control, or the group of choices, that a fault is about: what a screen reader reads it with.
function mark(group, id, isWrong) {
  const choices = group.querySelector("fieldset");
  if (choices) {
    describe(choices, id, isWrong);
  }
  for (const control of group.querySelectorAll("input:not([type=hidden]), textarea, select")) {
    if (isWrong) {
      control.setAttribute("aria-invalid", "true");
    } else {
      control.removeAttribute("aria-invalid");
    }
    if (!choices) {
      describe(control, id, isWrong);
      control.classList.toggle(ERROR[control.tagName] ?? "govuk-input--error", isWrong);
    }
  }
}

function linesOf(path) {
  return document.querySelectorAll(`.govuk-error-summary a[href="#${CSS.escape(idOf(path))}"]`);
}

function groupOf(form, path) {
  return form.querySelector(`[id="${CSS.escape(idOf(path))}"]`)?.closest(".govuk-form-group");
}

// The path of the answer that a message stands at; of the documents, which no save tells of, there is none.
function pathOf(message) {
  const group = message.closest(".govuk-form-group");
  return group?.dataset.table ?? group?.querySelector('[name^="a:"]')?.name.slice(2);
}

function place(group, id) {
  const message = document.createElement("p");
  message.id = id;
  message.className = "govuk-error-message";
  group.querySelector(".portal-date, .govuk-radios, .govuk-checkboxes, .govuk-input, textarea, select, table").before(message);
  return message;
}

function show(form, path, text) {
  const group = groupOf(form, path);
  if (!group) {
    return;
  }
  const id = `${idOf(path)}-error`;
  const message = document.getElementById(id) ?? place(group, id);
  const before = message.lastChild?.textContent.trim();
  for (const line of before ? linesOf(path) : []) {
    line.textContent = line.textContent.replace(before, text);
  }
  const prefix = document.createElement("span");
  prefix.className = "govuk-visually-hidden";
  prefix.textContent = "Error:";
  message.replaceChildren(prefix, ` ${text}`);
  group.classList.add("govuk-form-group--error");
  if (!group.dataset.table) {
    mark(group, id, true);
  }
}

// A mended answer loses its message, and its line in the summary; with the last line the summary goes, and "Error: " in the title.
function clear(form, path) {
  const group = groupOf(form, path);
  const id = `${idOf(path)}-error`;
  document.getElementById(id)?.remove();
  group?.classList.remove("govuk-form-group--error");
  if (group && !group.dataset.table) {
    mark(group, id, false);
  }
  linesOf(path).forEach((line) => line.closest("li").remove());
  const summary = document.querySelector(".govuk-error-summary");
  if (summary && !summary.querySelector("li")) {
    summary.remove();
    document.title = document.title.replace(/^Error: /, "");
  }
}

// What is wrong is always told; what is only missing where the page has told it already.
export function showFaults(form, { faults, missing }) {
  const told = [...form.querySelectorAll('.govuk-error-message[id^="q-"]')].map(pathOf).filter(Boolean);
  const stillMissing = Object.entries(missing).filter(([path]) => told.includes(path));
  const standing = { ...Object.fromEntries(stillMissing), ...faults };
  told.filter((path) => !(path in standing)).forEach((path) => clear(form, path));
  Object.entries(standing).forEach(([path, text]) => show(form, path, text));
}
