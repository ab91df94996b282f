// Shows and hides the questions that depend on another answer of the same page, as the server does after a save.
function answerOf(form, key) {
  const controls = [...form.querySelectorAll(`[name="${CSS.escape(`a:${key}`)}"]`)];
  if (!controls.length) {
    return undefined;
  }
  const choice = controls[0].type === "radio" || controls[0].type === "checkbox";
  return choice ? controls.filter((control) => control.checked).map((control) => control.value) : [controls[0].value.trim()].filter(Boolean);
}

function asTyped(value) {
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

function holds(condition, answers) {
  const wanted = asTyped(condition.value);
  switch (condition.operator) {
    case "exists":
      return (answers.length > 0) === Boolean(condition.value);
    case "=":
      return answers.includes(wanted);
    case "!=":
      return !answers.includes(wanted);
    default: {
      const [left, right] = [Number(answers[0]), Number(wanted)];
      return { ">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right }[condition.operator];
    }
  }
}

export function startConditions(form) {
  const dependants = [...form.querySelectorAll("[data-conditions]")].map((element) => ({ element, rule: JSON.parse(element.dataset.conditions) }));
  function apply() {
    for (const { element, rule } of dependants) {
      const results = rule.all.map((condition) => {
        const answers = answerOf(form, condition.key);
        return answers === undefined ? !element.hidden : holds(condition, answers);
      });
      element.hidden = !(rule.any ? results.some(Boolean) : results.every(Boolean));
    }
  }
  form.addEventListener("input", apply);
  form.addEventListener("change", apply);
  apply();
}
