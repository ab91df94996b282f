// Text boxes that grow with what is typed into them.
function fit(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
}

export function startTextareas(form) {
  const fitAll = () => form.querySelectorAll("textarea").forEach(fit);
  form.addEventListener("input", (event) => event.target.matches("textarea") && fit(event.target));
  form.addEventListener("portal:row-added", fitAll);
  document.fonts.ready.then(fitAll);
}
