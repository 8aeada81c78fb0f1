// The report form with scripts: photos go up at once, the map finds the ward, nothing typed is lost.
"use strict";

(() => {
  const form = document.getElementById("report");
  if (!form) return;
  const field = (name) => document.getElementById(name);

  // --- What was typed is kept on this device until it has been sent.
  const DRAFT = "tuntas-report";
  const KEPT = ["text", "category", "place", "name", "contact", "latitude", "longitude", "accuracy"];
  const save = () => {
    const said = Object.fromEntries(KEPT.map((name) => [name, field(name).value]));
    try { localStorage.setItem(DRAFT, JSON.stringify(said)); } catch { /* a private window keeps nothing */ }
  };
  try {
    const said = JSON.parse(localStorage.getItem(DRAFT) || "{}");
    for (const name of KEPT) if (said[name] && !field(name).value) field(name).value = said[name];
  } catch { /* nothing was kept */ }
  form.addEventListener("input", save);

  // --- Photos.
  const list = field("uploads");
  let under_way = 0;
  field("photos").addEventListener("change", (event) => {
    for (const file of event.target.files) upload(file);
    event.target.value = "";
  });
  function upload(file) {
    const item = document.createElement("li");
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.setAttribute("aria-label", `${file.name} ${list.dataset.waiting}`);
    const name = document.createElement("span");
    name.textContent = file.name;
    item.append(name, bar);
    if (file.type.startsWith("image/")) {
      const picture = document.createElement("img");
      picture.alt = "";
      picture.src = URL.createObjectURL(file);
      item.prepend(picture);
    }
    list.append(item);
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; };
    request.onloadend = () => {
      under_way -= 1;
      bar.remove();
      let taken = null;
      try { taken = JSON.parse(request.responseText).taken; } catch { /* not an answer of ours */ }
      finished(item, name, file.name, taken);
    };
    under_way += 1;
    const body = new FormData();
    body.append("photos", file);
    request.open("POST", "/report/photos");
    request.send(body);
  }
  function finished(item, name, file_name, taken) {
    name.textContent = `${file_name}: ${taken ? list.dataset.done : list.dataset.wrong}`;
    if (taken) {
      const kept = document.createElement("input");
      kept.type = "hidden";
      kept.name = "photo";
      kept.value = taken;
      item.append(kept);
    } else {
      name.className = "wrong";
    }
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "plain";
    remove.textContent = list.dataset.remove;
    remove.addEventListener("click", () => item.remove());
    item.append(remove);
  }

  // --- The category: search as you type, and suggestions from the text.
  const select = field("category");
  const search = field("category-search");
  const groups = [...select.querySelectorAll("optgroup")].map((group) => ({
    group, options: [...group.children], said: group.label.toLowerCase(),
  }));
  search.hidden = false;
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { group, options, said } of groups) {
      const fit = options.filter((one) => words.every((word) => `${said} ${one.text.toLowerCase()}`.includes(word)));
      group.replaceChildren(...fit);
      if (fit.length) select.append(group); else group.remove();
      shown += fit.length;
    }
    select.size = words.length ? Math.max(2, Math.min(8, shown + 1)) : 1;
  });
  select.addEventListener("change", () => { select.size = 1; look(); });
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-category]");
    if (!chosen) return;
    search.value = "";
    search.dispatchEvent(new Event("input"));
    select.value = chosen.dataset.category;
    select.dispatchEvent(new Event("change"));
    select.focus();
    save();
  });

  // --- The place.
  const element = field("map");
  const located = field("located");
  let map, pin;
  field("locate").hidden = false;
  field("open-map").addEventListener("click", () => open());
  field("here").addEventListener("click", () => {
    located.textContent = located.dataset.asking;
    if (!navigator.geolocation) { located.textContent = located.dataset.denied; return; }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        located.textContent = "";
        place(coords.latitude, coords.longitude, coords.accuracy);
        open();
      },
      () => { located.textContent = located.dataset.denied; open(); },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
  async function open() {
    if (map) return;
    map = await wardMap.show(element);
    map.on("click", (event) => place(event.latlng.lat, event.latlng.lng, ""));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        const middle = map.getCenter();
        place(middle.lat, middle.lng, "");
      }
    });
    if (field("latitude").value) place(Number(field("latitude").value), Number(field("longitude").value), field("accuracy").value);
  }
  function place(latitude, longitude, accuracy) {
    field("latitude").value = latitude.toFixed(6);
    field("longitude").value = longitude.toFixed(6);
    field("accuracy").value = accuracy === "" ? "" : Math.round(accuracy);
    save();
    look();
    if (!map) return;
    if (!pin) {
      pin = L.marker([latitude, longitude], { draggable: true, autoPan: true, alt: element.dataset.pin }).addTo(map);
      pin.on("dragend", () => { const at = pin.getLatLng(); place(at.lat, at.lng, ""); });
    }
    pin.setLatLng([latitude, longitude]);
    if (map.getZoom() < 14) map.setView([latitude, longitude], 15);
  }
  function look() {
    const latitude = field("latitude").value;
    if (!latitude || !window.htmx) return;
    const asked = new URLSearchParams({ latitude, longitude: field("longitude").value, category: select.value });
    htmx.ajax("GET", `/report/place?${asked}`, { target: "#place-found", swap: "innerHTML" });
  }
  if (field("latitude").value) window.addEventListener("load", () => { look(); });

  // --- Sending waits for photos that are still going up.
  form.addEventListener("submit", (event) => {
    if (!under_way) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    located.textContent = "";
    const again = setInterval(() => {
      if (under_way) return;
      clearInterval(again);
      form.requestSubmit();
    }, 200);
  }, true);
})();
