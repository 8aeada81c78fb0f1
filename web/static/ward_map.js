// The map of the wards: Leaflet and the shapes are fetched when a map is first shown, and not before.
"use strict";

const wardMap = (() => {
  const JAKARTA = [[-6.38, 106.68], [-6.08, 106.98]];
  let loading;

  function load(element) {
    if (loading) return loading;
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = element.dataset.css;
    const script = document.createElement("script");
    script.src = element.dataset.leaflet;
    loading = new Promise((done, failed) => {
      script.onload = done;
      script.onerror = failed;
    });
    document.head.append(style, script);
    return loading;
  }

  // Shows a map in an element that `ui.map` made; resolves to the Leaflet map. `tone` gives the class of a ward
  // (its code and name), `eachWard` gets every ward with its layer; without it wards let presses through.
  async function show(element, { tone = () => "", eachWard = null, ...options } = {}) {
    element.hidden = false;
    await load(element);
    const map = L.map(element, { attributionControl: false, zoomSnap: 0.5, ...options }).fitBounds(JAKARTA);
    if (element.dataset.basemap) L.tileLayer(element.dataset.basemap, { maxZoom: 19 }).addTo(map);
    const wards = await (await fetch(element.dataset.wards)).json();
    L.geoJSON(wards, {
      interactive: Boolean(eachWard),
      style: ({ properties }) => ({ className: `map-ward ${tone(properties)}` }),
      onEachFeature: ({ properties }, layer) => eachWard?.(properties, layer),
    }).addTo(map);
    return map;
  }

  return { show };
})();
