// Autosave of a draft: what is typed is sent a moment after the last change, at most every fifteen seconds, and when the
// page is left. Comfort only: without this script the button "Entwurf speichern" does the same; it alone takes files along.
"use strict";

const PAUSE = 3000, INTERVAL = 15000;
const WITH_BUTTON = "Die ausgewählten Dateien kommen mit „Entwurf speichern“ in den Entwurf.";
const form = document.querySelector("form[data-draft]");
const told = document.getElementById("draft-told");
const forms = "/intake/forms/drafts", drafts = "/intake/drafts";
let timer = 0, sending = false, waiting = null, savedAt = 0, stopped = false, saved = typed();

function typed() {
  const fields = {};
  for (const [name, text] of new FormData(form)) {
    if (typeof text === "string" && text !== "" && !["Idempotency-Key", "If-Match", "back"].includes(name)) {
      fields[name] = text.replace(/\r?\n/g, "\r\n");
    }
  }
  return JSON.stringify({ fields });
}

function chosen() {
  return [...form.querySelectorAll("input[type=file]")].some((it) => it.files.length > 0);
}

function tell(text) {
  told.textContent = text;
}

function soon() {
  clearTimeout(timer);
  if (!stopped) {
    timer = setTimeout(save, Math.max(PAUSE, savedAt + INTERVAL - Date.now()));
  }
}

function stop(text) {
  stopped = true;
  tell(text);
}

async function save() {
  const body = typed();
  if (stopped || sending || body === saved) {
    return;
  }
  sending = true;
  try {
    await accept(await send(body), body);
  } catch {
    tell("Noch nicht gespeichert: Der Server ist nicht erreichbar. Es wird wieder versucht.");
    soon();
  } finally {
    sending = false;
    savedAt = Date.now();
  }
  if (waiting) {
    const go = waiting;
    waiting = null;
    go();
    return;
  }
  if (typed() !== body) {
    soon();
  }
}

function send(body) {
  const id = form.dataset.draft;
  const headers = { "Content-Type": "application/json", Accept: "application/json" };
  if (id) {
    headers["If-Match"] = form.elements["If-Match"].value;
  } else {
    headers["Idempotency-Key"] = form.dataset.draftKey;
  }
  const keepalive = body.length < 60000;
  return fetch(id ? `${drafts}/${id}` : drafts, { method: id ? "PUT" : "POST", headers, body, keepalive });
}

async function accept(answer, body) {
  if (answer.status === 412) {
    stop("Dieser Entwurf wurde inzwischen anderswo gespeichert. Drücken Sie „Entwurf speichern“: Dann sehen Sie beide Stände, und nichts geht verloren.");
  } else if (answer.status === 401 || answer.redirected) {
    stop("Nicht gespeichert: Sie sind nicht mehr angemeldet. Bitte melden Sie sich in einem anderen Fenster an und drücken Sie dann „Entwurf speichern“.");
  } else if (!answer.ok) {
    const problem = await answer.json();
    stop(`Nicht gespeichert: ${problem.title}`);
  } else {
    const it = await answer.json();
    saved = body;
    if (it.draft) {
      begun(it.draft);
    }
    for (const seen of document.querySelectorAll('input[name="If-Match"]')) {
      seen.value = answer.headers.get("ETag");
    }
    const at = new Date().toLocaleTimeString("de-DE", { hour: "2-digit", minute: "2-digit" });
    tell(`Entwurf gespeichert um ${at} Uhr. ${chosen() ? WITH_BUTTON : ""}`);
  }
}

function begun(id) {
  form.dataset.draft = id;
  form.action = `${forms}/${id}/submission`;
  form.querySelector("button[formaction]").setAttribute("formaction", `${forms}/${id}`);
  history.replaceState(null, "", `${drafts}/${id}`);
}

form.addEventListener("input", soon);
form.addEventListener("change", (event) => {
  if (event.target.type === "file" && chosen() && !stopped) {
    tell(WITH_BUTTON);
  }
});
form.addEventListener("submit", (event) => {
  stopped = true;
  clearTimeout(timer);
  if (sending) {
    // What is on its way changes the version that the form has to name.
    event.preventDefault();
    waiting = () => form.requestSubmit(event.submitter);
  }
});
for (const other of document.querySelectorAll(".fs-decisions form")) {
  other.addEventListener("submit", (event) => {
    // It leaves the page and names a version: what is typed is saved before, and nothing after it.
    if (sending) {
      event.preventDefault();
      waiting = () => other.requestSubmit();
    } else if (!stopped && typed() !== saved) {
      event.preventDefault();
      waiting = () => {
        stopped = true;
        other.requestSubmit();
      };
      save();
    } else {
      stopped = true;
      clearTimeout(timer);
    }
  });
}
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    save();
  }
});
