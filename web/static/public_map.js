// Public reports on the map; the list below it says the same without scripts.
"use strict";

(async () => {
  const element = document.getElementById("public-map");
  if (!element) return;
  const { wards, points } = await (await fetch(element.dataset.points)).json();
  const of = (code) => wards[code] || [0, 0];
  const map = await wardMap.show(element, {
    tone: ({ code }) => `heat-${of(code)[1]}`,
    eachWard: ({ code, name }, layer) =>
      layer.bindTooltip(`${name}: ${of(code)[0]} ${element.dataset.count}`, { sticky: true }),
  });
  document.getElementById("legend").hidden = false;
  for (const one of points) {
    const marker = L.circleMarker([one.latitude, one.longitude], { radius: 6, className: `map-point ${one.status}` });
    marker.bindTooltip(`${one.category} · ${one.number}`).addTo(map);
    marker.on("click", () => location.assign(`/reports/${one.number}`));
  }
})();
