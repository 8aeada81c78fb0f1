// The office: drafts, keyboard shortcuts, and lists of units that one searches while typing.
"use strict";

// -- drafts: nothing typed is lost, also when a tab closes or the network is away -------------------------------

const WHOSE = document.querySelector(".menu a[href='/account']")?.textContent.trim() ?? "";
const WHERE = document.querySelector("[data-complaint]")?.dataset.complaint ?? location.pathname;
const DRAFT_LASTS = 3 * 24 * 3600 * 1000;
const draftKey = (kind, name) => `draft|${WHOSE}|${WHERE}|${kind}|${name}`;

function dropOldDrafts() {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith("draft|")) continue;
    let at = 0;
    try { at = JSON.parse(localStorage.getItem(key)).at; } catch { /* not ours any more */ }
    if (Date.now() - at > DRAFT_LASTS) localStorage.removeItem(key);
  }
}

function dropDraft(kind) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(draftKey(kind, ""))) localStorage.removeItem(key);
  }
}

function keepDraft(area) {
  const key = draftKey(area.dataset.draft, area.name);
  if (area.value) localStorage.setItem(key, JSON.stringify({ at: Date.now(), said: area.value }));
  else localStorage.removeItem(key);
}

function restoreDrafts() {
  for (const area of document.querySelectorAll("textarea[data-draft]")) {
    const kept = localStorage.getItem(draftKey(area.dataset.draft, area.name));
    if (kept && !area.value) {
      area.value = JSON.parse(kept).said;
      area.closest("details")?.setAttribute("open", "");
    }
    area.addEventListener("input", () => keepDraft(area));
  }
}

dropOldDrafts();
const done = document.querySelector("[data-done]")?.dataset.done;
if (done) dropDraft(done);
restoreDrafts();

// -- units: a field above the list narrows it --------------------------------------------------------------------

for (const choice of document.querySelectorAll("[data-unit-choice]")) {
  const field = choice.querySelector("input[type=search]");
  const list = choice.querySelector("select");
  const all = [...list.options].map((one) => ({ option: one, said: one.textContent.toLowerCase() }));
  field.hidden = false;
  const narrow = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = list.value;
    const fitting = all.filter(({ option, said }) => !option.value || words.every((word) => said.includes(word)));
    list.replaceChildren(...fitting.map(({ option }) => option));
    const first = fitting.find(({ option }) => option.value);
    list.value = fitting.some(({ option }) => option.value === chosen) && chosen ? chosen : "";
    if (words.length && first && !list.value) list.value = first.option.value;
  };
  field.addEventListener("input", narrow);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); list.focus(); }
    if (event.key === "Enter") event.preventDefault();
  });
}

// -- the camera: say that a photo was taken, because its field is hidden -----------------------------------------

for (const field of document.querySelectorAll("input[type=file][capture]")) {
  field.addEventListener("change", () => {
    const said = field.parentElement.querySelector("[data-taken]");
    said.textContent = [...field.files].map((file) => file.name).join(", ");
  });
}

// -- keys ---------------------------------------------------------------------------------------------------------

const isTyping = (element) => element.closest("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])");
const rows = [...document.querySelectorAll("[data-row]")];
const PLACE = `row|${location.pathname}`;

function at() {
  const now = rows.findIndex((row) => row.classList.contains("at"));
  return now >= 0 ? now : rows.findIndex((row) => row.contains(document.activeElement));
}

function goTo(index) {
  const row = rows[Math.max(0, Math.min(index, rows.length - 1))];
  if (!row) return;
  for (const one of rows) one.classList.toggle("at", one === row);
  row.querySelector("a").focus();
  row.scrollIntoView({ block: "nearest" });
  sessionStorage.setItem(PLACE, rows.indexOf(row));
}

function acceptChosen() {
  if (!document.querySelector("[data-inbox]")) return;
  const boxes = rows.map((row) => row.querySelector("input[type=checkbox]"));
  if (!boxes.some((box) => box.checked) && at() >= 0) boxes[at()].checked = true;
  if (boxes.some((box) => box.checked)) document.querySelector("[data-inbox] button[value=accept]").click();
}

const KEYS = {
  j: () => goTo(at() + 1),
  k: () => goTo(at() - 1),
  x: () => rows[at()]?.querySelector("input[type=checkbox]")?.click(),
  a: acceptChosen,
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest?.("form");
    if (form) { event.preventDefault(); form.requestSubmit(form.querySelector("button.main")); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "?") {
    const keys = document.getElementById("keys");
    if (keys) { keys.open = !keys.open; keys.querySelector("summary").focus(); }
    return;
  }
  const suggested = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (suggested) { event.preventDefault(); suggested.click(); return; }
  if (rows.length && KEYS[event.key]) { event.preventDefault(); KEYS[event.key](); }
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (row) for (const one of rows) one.classList.toggle("at", one === row);
});

// After something was done to several, one goes on where one was.
if (rows.length && document.querySelector("[data-inbox]") && sessionStorage.getItem(PLACE) && document.referrer.includes("/office/")) {
  goTo(Number(sessionStorage.getItem(PLACE)));
}

// Back at the counter: after a receipt the next entry begins in the first field.
document.querySelector("[data-first]")?.focus();
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
