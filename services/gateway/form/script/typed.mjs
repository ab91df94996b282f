// What a person typed and the portal can no longer take, shown to be copied: as labels and texts.
function named(form, name) {
  return form.querySelector(`[name="${CSS.escape(name)}"]`);
}

function labelOf(control) {
  const choice = control.type === "radio" || control.type === "checkbox";
  const own = (choice ? control.closest("fieldset")?.querySelector("legend") : control.labels?.[0])?.textContent.trim() ?? "";
  const row = control.closest("[data-row]");
  if (!row) {
    return own;
  }
  const table = row.closest('[data-portal="table"]').querySelector("h2, h3").firstChild.textContent.trim();
  return `${table} Row ${row.querySelector('[data-portal="row-number"]').textContent}: ${own}`;
}

function wordsOf(control, value) {
  if (control.type === "radio" || control.type === "checkbox") {
    return control.form.querySelector(`[name="${CSS.escape(control.name)}"][value="${CSS.escape(value)}"]`)?.labels[0].textContent.trim() ?? value;
  }
  return control.tagName === "SELECT" ? (control.selectedOptions[0]?.textContent ?? value) : value;
}

// The answers that differ from `before`, entries of [name, value].
export function textsOf(form, before, now) {
  const known = new Set(before.map((entry) => JSON.stringify(entry)));
  return now
    .filter(([name, value]) => name.startsWith("a:") && value.trim() && !known.has(JSON.stringify([name, value])))
    .map(([name, value]) => [labelOf(named(form, name)), wordsOf(named(form, name), value)]);
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

export function startCopying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest('[data-portal="copy-typed"]');
    if (button) {
      const block = button.closest('[data-portal="typed"]');
      const lines = [...block.querySelectorAll("h3")].map((label) => `${label.textContent}\n${label.nextElementSibling.textContent}\n`);
      await navigator.clipboard.writeText(lines.join("\n"));
      block.querySelector('[role="status"]').textContent = "Copied";
    }
  });
}

export function fillTyped(block, texts) {
  if (!texts.length) {
    return;
  }
  const button = element("button", "govuk-button govuk-button--secondary", "Copy what I typed");
  button.type = "button";
  button.dataset.portal = "copy-typed";
  const status = element("p", "govuk-body");
  status.setAttribute("role", "status");
  block.replaceChildren(
    element("h2", "govuk-heading-m", "What you typed"),
    ...texts.flatMap(([label, text]) => [element("h3", "govuk-label govuk-label--s", label), element("div", "portal-read-only", text)]),
    button,
    status,
  );
}

// In place of a form that is over for this person: what happened, and what they typed.
export function showStopped(form, { title, detail }, texts) {
  const section = element("section", "portal-stopped");
  const heading = element("h1", "govuk-heading-l", title);
  heading.tabIndex = -1;
  const block = element("div", "portal-typed");
  block.dataset.portal = "typed";
  fillTyped(block, texts);
  const link = element("a", "govuk-link", "Go to your tasks");
  link.href = "/tasks";
  const onward = element("p", "govuk-body");
  onward.append(link);
  section.append(heading, ...detail.split("\n").map((line) => element("p", "govuk-body", line)), block, onward);
  for (const dialog of document.querySelectorAll("dialog[open]")) {
    dialog.close();
  }
  form.before(section);
  form.hidden = true;
  heading.focus();
}
