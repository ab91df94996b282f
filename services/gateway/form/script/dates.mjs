// The calendar icon beside a date: the browser's own calendar, its choice written into the field.
function iso(text) {
  const match = /^\s*(\d{1,2})[\s/.-]+(\d{1,2})[\s/.-]+(\d{4})\s*$/.exec(text);
  return match ? `${match[3]}-${match[2].padStart(2, "0")}-${match[1].padStart(2, "0")}` : "";
}

function choose(holder) {
  const field = holder.querySelector('input[type="text"]');
  const picker = document.createElement("input");
  Object.assign(picker, { type: "date", className: "portal-date__picker", tabIndex: -1, value: iso(field.value) });
  picker.setAttribute("aria-hidden", "true");
  holder.append(picker);
  picker.addEventListener("change", () => {
    const [year, month, day] = picker.value.split("-").map(Number);
    if (year) {
      field.value = `${day}/${month}/${year}`;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  picker.addEventListener("blur", () => picker.remove());
  try {
    picker.showPicker();
  } catch {
    picker.remove();
    field.focus();
  }
}

export function startDates(form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest('[data-portal="calendar"]');
    if (button) {
      const holder = button.closest('[data-portal="date"]');
      holder.querySelector(".portal-date__picker")?.remove();
      choose(holder);
    }
  });
}
