// Where a complaint is: its ward and its point, on the map of the wards.
"use strict";

async function drawCase(place) {
  const spot = [Number(place.dataset.latitude), Number(place.dataset.longitude)];
  const tone = ({ code }) => (code === place.dataset.ward ? "chosen" : "");
  const map = (await wardMap.show(place, { tone, scrollWheelZoom: false })).setView(spot, 15);
  offerBetterPoint(map);
  L.circleMarker(spot, { radius: 9, className: "map-spot", keyboard: false }).addTo(map);
}

// A press on the map while the complaint is being handed back names the better point.
function offerBetterPoint(map) {
  const form = document.getElementById("do-hand_back");
  if (!form) return;
  let mark = null;
  map.on("click", ({ latlng }) => {
    if (!form.open) return;
    form.querySelector("[name=latitude]").value = latlng.lat.toFixed(6);
    form.querySelector("[name=longitude]").value = latlng.lng.toFixed(6);
    mark?.remove();
    mark = L.circleMarker(latlng, { radius: 9, className: "map-spot better" }).addTo(map);
  });
}

for (const place of document.querySelectorAll("[data-map]")) drawCase(place);
