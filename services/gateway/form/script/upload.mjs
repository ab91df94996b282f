// Attaches documents as soon as they are chosen or dropped: two at a time, each with its progress, Cancel and reason.
// No button leaves the page before they are through; one that did not get through keeps the person here, told why.
const AT_ONCE = 2;
const FAILED = "The document could not be uploaded. Try again.";
const SIGNED_OUT = "You have been signed out. Sign in again, then choose the document again.";

// One file on its way; settles to "attached", "refused", "failed" or "cancelled". fetch tells no progress of what it sends.
function send(upload, form, area) {
  const body = new FormData();
  for (const name of ["csrf", "holder", "page_id"]) {
    body.set(name, form.elements[name].value);
  }
  body.set("files", upload.file);
  const request = new XMLHttpRequest();
  upload.request = request;
  return new Promise((done) => {
    request.upload.addEventListener("progress", ({ loaded, total }) => upload.at(loaded / total));
    request.addEventListener("abort", () => done(["cancelled"]));
    request.addEventListener("error", () => done(["failed", FAILED]));
    request.addEventListener("load", () => {
      const told = request.response ?? {};
      if (request.status === 200) {
        done(["attached", "", told]);
      } else if (request.status === 401) {
        done(["failed", SIGNED_OUT]);
      } else {
        const said = told.fault ?? (told.detail ? `${upload.file.name}: ${told.detail}` : "");
        const why = said || `${upload.file.name}: ${FAILED}`;
        done(request.status < 500 && said ? ["refused", why, told] : ["failed", why]);
      }
    });
    request.open("POST", area.dataset.address);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
}

// The line that shows one upload.
function lineOf(file, list, template) {
  const line = template.content.cloneNode(true).firstElementChild;
  const part = (name) => line.querySelector(`[data-portal="${name}"]`);
  const [progress, reason] = [line.querySelector("progress"), line.querySelector("p")];
  line.querySelector(".portal-files__name").textContent = file.name;
  progress.setAttribute("aria-label", `Uploading ${file.name}`);
  for (const button of line.querySelectorAll("button")) {
    button.querySelector("span").textContent = ` ${file.name}`;
  }
  list.append(line);
  list.hidden = false;
  return {
    again: part("again"),
    cancel: part("cancel"),
    at: (share) => { progress.value = Math.round(share * 100); },
    begin() {
      [progress.hidden, reason.hidden, part("again").hidden] = [false, true, true];
      progress.value = 0;
    },
    stop(why, canTryAgain) {
      [progress.hidden, reason.hidden, part("again").hidden] = [true, false, !canTryAgain];
      reason.textContent = why;
    },
    remove() {
      line.remove();
      list.hidden = !list.childElementCount;
    },
  };
}

export function startUploads(form) {
  const area = form.querySelector('[data-portal="files"]');
  if (!area) {
    return;
  }
  const part = (name) => area.querySelector(`[data-portal="${name}"]`);
  const [input, status, drop] = [area.querySelector("input[type=file]"), part("upload-status"), part("drop")];
  const uploads = new Set();
  let attached = 0;

  const inState = (...states) => [...uploads].filter((each) => states.includes(each.state));
  const untold = () => inState("refused").filter((each) => !each.told);
  const pump = () => inState("waiting").slice(0, Math.max(0, AT_ONCE - inState("running").length)).forEach(run);

  async function run(upload) {
    upload.state = "running";
    upload.begin();
    const [state, why, told] = await send(upload, form, area);
    upload.state = state;
    if (told?.attached !== undefined) {
      part("attached").innerHTML = told.attached;
      document.dispatchEvent(new CustomEvent("portal:active", { detail: { idleSeconds: told.idle_seconds } }));
    }
    if (state === "attached" || state === "cancelled") {
      forget(upload);
      attached += state === "attached";
      status.textContent = `${upload.file.name} ${state === "attached" ? "is attached." : "was not attached."}`;
    } else {
      upload.stop(why, state === "failed");
      status.textContent = why;
    }
    upload.settled(state);
    pump();
  }

  function forget(upload) {
    uploads.delete(upload);
    upload.remove();
  }

  function queue(upload) {
    upload.state = "waiting";
    upload.end = new Promise((done) => { upload.settled = done; });
    pump();
  }

  function add(file) {
    const upload = { file, ...lineOf(file, part("uploads"), part("upload-template")) };
    uploads.add(upload);
    upload.again.addEventListener("click", () => queue(upload));
    upload.cancel.addEventListener("click", () => {
      if (upload.state === "running") {
        upload.request.abort();
      } else {
        forget(upload);
        upload.settled?.("cancelled");
      }
      input.focus();
    });
    if (file.size > Number(area.dataset.largest)) {
      upload.state = "refused";
      upload.stop(`${file.name}: ${area.dataset.tooLarge}`, false);
      status.textContent = `${file.name}: ${area.dataset.tooLarge}`;
    } else {
      queue(upload);
    }
  }

  function take(files) {
    status.textContent = `Uploading ${[...files].map(({ name }) => name).join(", ")}`;
    inState("refused").forEach(forget);
    [...files].forEach(add);
  }

  function takeChosen() {
    if (input.files.length) {
      take([...input.files]);
      input.value = "";
    }
  }

  // Before every other listener: a button waits for what is under way, and stays where something was not attached; the
  // same button again goes on without what was refused, because then the person knows.
  form.addEventListener("submit", async (event) => {
    inState("failed").forEach(queue);
    const pending = inState("waiting", "running").map((each) => each.end);
    const isUpload = event.submitter?.value === "upload";
    if (!pending.length && !untold().length && !(isUpload && attached)) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    await Promise.all(pending);
    const wrong = [...untold(), ...inState("failed")];
    if (wrong.length) {
      wrong.forEach((each) => { each.told = true; });
      area.scrollIntoView();
      input.focus();
    } else if (!isUpload) {
      form.requestSubmit(event.submitter);
    }
  }, true);
  window.addEventListener("beforeunload", (event) => {
    if (inState("waiting", "running").length) {
      event.preventDefault();
    }
  });

  input.addEventListener("change", takeChosen);
  // A file let go beside the place for it must not replace the page.
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
  }
  drop.addEventListener("dragover", () => drop.classList.add("portal-drop--over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("portal-drop--over"));
  drop.addEventListener("drop", (event) => {
    drop.classList.remove("portal-drop--over");
    if (event.dataTransfer.files.length) {
      event.preventDefault();
      take([...event.dataTransfer.files]);
    }
  });
  area.classList.add("portal-files-area--scripted");
  takeChosen();
}
