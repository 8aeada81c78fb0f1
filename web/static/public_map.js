// Public reports on the map; the list below it says the same without scripts.
"use strict";

(async () => {
  const element = document.getElementById("public-map");
  if (!element) return;
  const { wards, points } = await (await fetch(element.dataset.points)).json();
  const most = Math.max(1, ...Object.values(wards));
  const tone = (count) => (count ? `heat-${Math.min(4, 1 + Math.floor((4 * count) / (most + 1)))}` : "heat-0");
  const map = await wardMap.show(element, ({ code, name }) => ({
    tone: tone(wards[code]),
    words: `${name}: ${wards[code] || 0} ${element.dataset.count}`,
  }));
  document.getElementById("legend").hidden = false;
  for (const one of points) {
    const marker = L.circleMarker([one.latitude, one.longitude], { radius: 6, className: `map-point ${one.status}` });
    marker.bindTooltip(`${one.category} · ${one.number}`).addTo(map);
    marker.on("click", () => location.assign(`/reports/${one.number}`));
  }
})();
