// The coordinator's page: it hears that something changed, asks for the parts that show it, and draws the map.
"use strict";

const NOW = "/office/coordination/now";
const AGAIN_MS = 5000;
const ANYHOW_MS = 60000;

// Hearing. A page that nobody looks at does not listen, and asks once when it is looked at again.
const state = document.getElementById("live-state");
let source = null;
let stale = false;

function say(what) {
  if (state.dataset.now === what) return;
  state.dataset.now = what;
  state.textContent = state.dataset[what];
  state.className = `badge ${what === "live" ? "calm" : "today"}`;
  state.hidden = false;
}

function refresh() {
  htmx.ajax("GET", NOW, { swap: "none" });
}

function listen() {
  source?.close();
  source = new EventSource("/office/coordination/live");
  source.addEventListener("live", () => {
    say("live");
    if (stale) refresh();
    stale = false;
  });
  source.addEventListener("changed", () => {
    say("live");
    refresh();
  });
  source.addEventListener("away", missed);
  source.addEventListener("over", () => {
    hush();
    say("over");
  });
  source.addEventListener("error", () => {
    missed();
    if (source?.readyState === EventSource.CLOSED) setTimeout(lookAgain, AGAIN_MS);
  });
}

function missed() {
  stale = true;
  say("away");
}

function hush() {
  source?.close();
  source = null;
  stale = true;
}

function lookAgain() {
  if (!document.hidden && state.dataset.now !== "over") listen();
}

document.addEventListener("visibilitychange", () => (document.hidden ? hush() : lookAgain()));
window.addEventListener("pagehide", hush);
window.addEventListener("pageshow", (event) => event.persisted && lookAgain());
setInterval(() => !document.hidden && state.dataset.now === "live" && refresh(), ANYHOW_MS);
listen();

// What somebody is typing is not taken away, and what was opened stays open.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const old = event.detail.target;
  const typed = [...old.querySelectorAll("textarea")].some((area) => area.value || area === document.activeElement);
  if (typed) {
    event.detail.shouldSwap = false;
    return;
  }
  const open = [...old.querySelectorAll("details")].map((one) => one.open);
  const fresh = event.detail.fragment.querySelectorAll("details");
  fresh.forEach((one, at) => (one.open = open[at] ?? false));
});

// The map takes its colours from the table of wards.
const place = document.getElementById("ward-map");
const shapes = new Map();

function paint() {
  const rows = new Map([...document.querySelectorAll("#ward-counts tr[data-ward]")].map((row) => [row.dataset.ward, row.dataset]));
  for (const [ward, { name, layer }] of shapes) {
    const said = rows.get(ward) ?? { heat: 0, open: 0, late: 0 };
    const path = layer.getElement();
    for (let heat = 0; heat <= 4; heat += 1) path?.classList.toggle(`heat-${heat}`, heat === Number(said.heat));
    const words = `${name}: ${said.open} ${place.dataset.open}, ${said.late} ${place.dataset.late}`;
    layer.setTooltipContent(words);
  }
}

async function draw() {
  const map = await wardMap.show(place, {
    scrollWheelZoom: false,
    eachWard: ({ code, name }, layer) => {
      shapes.set(code, { name, layer: layer.bindTooltip("", { sticky: true }) });
      layer.on("click", () => location.assign(`/office/coordination/list?ward=${encodeURIComponent(code)}`));
    },
  });
  const counted = [...shapes].filter(([ward]) => document.querySelector(`#ward-counts tr[data-ward="${ward}"]`));
  const bounds = L.featureGroup(counted.map(([, { layer }]) => layer)).getBounds();
  if (bounds.isValid()) map.fitBounds(bounds, { maxZoom: 13 });
  paint();
}

document.addEventListener("htmx:oobAfterSwap", (event) => event.detail.target.id === "now-wards" && paint());
draw();
