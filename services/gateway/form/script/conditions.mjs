// Questions that depend on another answer: which of them show is decided by forms alone, and told with every save.
export function showConditional(form, { shows }) {
  for (const question of form.querySelectorAll('[data-portal="conditional"]')) {
    if (question.dataset.key in shows) {
      question.hidden = !shows[question.dataset.key];
    }
  }
}

// The council asks for the page no more: its questions hide, what stands in them is still saved, and the page says so.
export function showLeftOut(form, { left_out: isLeftOut }) {
  const words = form.querySelector('[data-portal="left-out"]');
  if (!isLeftOut || !words.hidden) {
    return;
  }
  form.querySelector("dialog[open]")?.close();
  for (const question of form.querySelectorAll("[data-key]")) {
    question.hidden = true;
  }
  words.hidden = false;
  words.focus();
}

// A question that others depend on is saved as soon as it is answered.
export function startConditions(form, draft) {
  form.addEventListener("change", (event) => {
    if (event.target.closest("[data-decides]") && draft.isChanged()) {
      draft.save();
    }
  });
}
