// The pop-up of Submit Contribution, and PDF without leaving the page; both save first.
export function startSubmit(form, draft) {
  const dialog = document.querySelector('[data-portal="submit-dialog"]');
  const ask = form.querySelector('[data-portal="submit"]');
  dialog.querySelector('[data-portal="submit-no"]').addEventListener("click", () => {
    dialog.close();
    ask?.focus();
  });
  form.addEventListener("submit", async (event) => {
    const action = event.submitter?.value;
    if (action !== "submit" || event.submitter.dataset.sure) {
      return;
    }
    event.preventDefault();
    const answer = await draft.save("submit");
    if (answer?.next) {
      window.location.assign(answer.next);
    } else if (answer && !Object.keys(answer.faults).length && !answer.conflict) {
      dialog.querySelector('[data-portal="attached-words"]').textContent = answer.attached;
      const notAsked = dialog.querySelector('[data-portal="not-asked-words"]');
      notAsked.hidden = !answer.not_asked;
      notAsked.textContent = `No longer asked for, and not sent: ${answer.not_asked}`;
      dialog.showModal();
      dialog.querySelector("h2").focus();
    } else {
      // The server says what is wrong, on a page of its own.
      event.submitter.dataset.sure = "yes";
      form.requestSubmit(event.submitter);
    }
  });
}
