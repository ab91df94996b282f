// What pages do beyond plain HTML. Every part is an enhancement: without it the page works by links and buttons.
import { Button, CharacterCount, Checkboxes, createAll, ErrorSummary, NotificationBanner, Radios, SkipLink } from "./govuk-frontend.min.mjs";
import { startAutosave } from "./autosave.mjs";
import { startConditions } from "./conditions.mjs";
import { startDates } from "./dates.mjs";
import { startFullScreen } from "./fullscreen.mjs";
import { startMenu } from "./menu.mjs";
import { startAddingPasskey } from "./passkeys.mjs";
import { startPasskeySignIn } from "./passkey_sign_in.mjs";
import { startPasswords } from "./passwords.mjs";
import { startSubmit } from "./submit.mjs";
import { startTables } from "./tables.mjs";
import { startTextareas } from "./textareas.mjs";
import { startSignedIn, startTimeOut } from "./timeout.mjs";
import { startUploads } from "./upload.mjs";
import { fillTyped, startCopying } from "./typed.mjs";
import { forgetAll, forgetTask, textsOfTask, tidy } from "./unsaved.mjs";

for (const component of [Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink]) {
  createAll(component);
}

const tidied = tidy();
const form = document.querySelector('[data-portal="contribution"]');
if (form) {
  startUploads(form);
  startTables(form);
  startFullScreen(form);
  startDates(form);
  const draft = startAutosave(form);
  startConditions(form, draft);
  startTextareas(form);
  startSubmit(form, draft);
}

startMenu();
startPasswords();
startPasskeySignIn();
startAddingPasskey();
startTimeOut();
startSignedIn();
startCopying();

document.querySelectorAll('[data-portal="sign-out"]').forEach((form) => form.addEventListener("submit", forgetAll));
for (const done of document.querySelectorAll('[data-portal="submitted"]')) {
  forgetTask(done.dataset.task);
}
const lost = document.querySelector('[data-portal="typed"][data-task]');
if (lost) {
  tidied.then(() => textsOfTask(lost.dataset.task)).then((texts) => fillTyped(lost, texts));
}
document.querySelector('[data-portal="print"]')?.addEventListener("click", () => window.print());
