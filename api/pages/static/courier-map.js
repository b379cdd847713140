// The map of a courier's trips: our own lines and houses, no tiles, so that it needs no network.

import * as L from "/assets/leaflet.js";

const PAINT = {
  buildings: { color: "#7c8894", weight: 1, fillColor: "#d5dbe1", fillOpacity: 1 },
  walls: { color: "#3c4650", weight: 2 },
  ways: { color: "#fff", weight: 4 },
};

export class CourierMap {
  constructor(element) {
    this.element = element;
    this.map = null;
    this.shown = "";
  }

  // Draw a trip, its stops, and in red the way to the next of them.
  show(run, trip, stop, language) {
    if (!run.map || !this.element.isConnected || !this.element.clientWidth) return;
    if (!this.map) {
      this.map = L.map(this.element, { zoomControl: true, attributionControl: false, zoomSnap: 0.5, maxZoom: 20 });
      new ResizeObserver(() => this.map.invalidateSize()).observe(this.element); // turned, or another window
      this.ground = L.layerGroup().addTo(this.map);
      this.over = L.layerGroup().addTo(this.map);
      this.me = L.layerGroup().addTo(this.map);
    }
    this.map.invalidateSize();
    const key = `${run.run}/${run.plan}/${language}`;
    if (key !== this.shown) this.drawGround(run, language);
    this.shown = key;
    this.drawTrip(run, trip, stop);
  }

  drawGround(run, language) {
    this.ground.clearLayers();
    const layers = ["ways", "buildings", "walls"];
    for (const layer of layers) {
      const features = run.map.features.filter((f) => f.properties.layer === layer);
      L.geoJSON(features, { style: PAINT[layer], interactive: false }).addTo(this.ground);
    }
    for (const feature of run.map.features.filter((f) => f.properties.layer === "gates")) {
      const [lon, lat] = feature.geometry.coordinates;
      const { open, name_zh, name_en, code } = feature.properties;
      const name = (language === "zh" ? name_zh : name_en) || code;
      L.circleMarker([lat, lon], { radius: 6, color: open ? "#0b6e4f" : "#a4161a", fillColor: open ? "#fff" : "#a4161a", fillOpacity: 1, weight: 3 })
        .bindTooltip(name).addTo(this.ground);
    }
  }

  drawTrip(run, trip, stop) {
    this.over.clearLayers();
    const next = stop ? trip.stops.indexOf(stop) + 1 : 0;
    const routes = run.map.features.filter((f) => f.properties.layer === "route" && f.properties.trip === trip.code);
    const line = L.geoJSON(routes, {
      interactive: false,
      style: ({ properties }) => (properties.leg === next ? { color: "#c1121f", weight: 7 } : { color: "#1f5fbf", weight: 4, dashArray: "2 8" }),
    }).addTo(this.over);
    this.mark(trip.point, "P", "point");
    for (const one of trip.stops) this.mark(one, String(one.seq), one === stop ? "next" : "");
    const bounds = line.getLayers().length ? line.getBounds() : L.latLngBounds(trip.stops.map((one) => [one.lat, one.lon]));
    this.map.fitBounds(bounds.pad(0.15), { animate: false });
  }

  mark({ lat, lon }, text, kind) {
    const number = document.createElement("span");
    number.textContent = text;
    const icon = L.divIcon({ className: `spot ${kind}`, html: number, iconSize: [30, 30] });
    L.marker([lat, lon], { icon, keyboard: false, interactive: false }).addTo(this.over);
  }

  // Where the phone is; it stays on the phone.
  where(failed) {
    if (!navigator.geolocation || !this.map) return failed();
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.me.clearLayers();
        const spot = [coords.latitude, coords.longitude];
        L.circle(spot, { radius: coords.accuracy, weight: 1 }).addTo(this.me);
        L.circleMarker(spot, { radius: 8, color: "#fff", fillColor: "#1f6feb", fillOpacity: 1 }).addTo(this.me);
        this.map.panTo(spot);
      },
      failed,
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 5000 },
    );
  }
}
