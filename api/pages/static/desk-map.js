// The district with zones and gates, and the ways of a plan; a stop there is a stop in the timetable.
import * as L from "/assets/leaflet.js";
import { call, given, make, sayProblem } from "./net.js";
import { fill } from "./desk-words.js";

const texts = given("texts");
const place = document.getElementById("map");
const ZONES = { precaution: "#cfe8dc", controlled: "#ffdf9e", sealed: "#f3b2b2" };
const HUES = ["#1f6feb", "#b9770e", "#8a3ffc", "#0b6e4f", "#a4161a", "#00718f", "#7a4b00", "#c2185b"];

const paint = (feature) => {
  const { layer, zone } = feature.properties;
  if (layer === "compounds") return { color: "#6b7a89", weight: 1.5, fillColor: ZONES[zone] || ZONES.precaution, fillOpacity: 0.55 };
  if (layer === "buildings") return { color: "#4f5f6f", weight: 1, fillColor: ZONES[zone] || "#dfe5ea", fillOpacity: 0.9 };
  if (layer === "ways") return { color: "#fff", weight: 2 };
  return { color: "#93a1ad", weight: 1, fillOpacity: 0.2 };
};

async function ground(map, district) {
  const data = await call("GET", `/api/v1/districts/${encodeURIComponent(district)}/map.geojson`);
  const layers = (names) => data.features.filter((one) => names.includes(one.properties.layer) && one.geometry);
  const base = L.geoJSON(layers(["areas", "compounds", "ways", "walls", "buildings"]), {
    style: paint,
    interactive: false,
    pointToLayer: (_, spot) => L.circleMarker(spot, { radius: 2 }),
  }).addTo(map);
  L.geoJSON(layers(["gates"]), {
    pointToLayer: (feature, spot) => {
      const open = feature.properties.open !== false;
      return L.circleMarker(spot, { radius: 5, color: open ? "#0b6e4f" : "#a4161a", fillColor: open ? "#fff" : "#a4161a", fillOpacity: 1, weight: 2, dashArray: open ? null : "2 2" })
        .bindTooltip(`${feature.properties.code} · ${open ? texts.gate_open : texts.gate_closed}`);
    },
  }).addTo(map);
  map.attributionControl.addAttribution(data.attribution || "");
  if (base.getLayers().length) map.fitBounds(base.getBounds());
}

const spots = new Map();

async function routes(map, plan) {
  const hue = new Map();
  const colour = (courier) => {
    if (!hue.has(courier)) hue.set(courier, HUES[hue.size % HUES.length]);
    return hue.get(courier);
  };
  const add = (features) => L.geoJSON(features, {
    style: (feature) => ({ color: colour(feature.properties.courier), weight: 3, opacity: 0.75 }),
    pointToLayer: (feature, spot) => {
      const { courier, trip, name, code } = feature.properties;
      const marker = L.circleMarker(spot, { radius: 6, color: "#fff", weight: 1.5, fillColor: colour(courier), fillOpacity: 1 });
      marker.bindTooltip(`${code || name || ""} · ${courier} ${trip}`);
      marker.on("click", () => document.dispatchEvent(new CustomEvent("desk-stairwell", { detail: code })));
      if (code) spots.set(code, marker);
      return marker;
    },
  }).addTo(map);
  // ways that a closure changed are laid while we look: what is there is drawn, the rest asked for again
  const drawn = new Set();
  for (;;) {
    const data = await call("GET", `/api/v1/plans/${plan}/tracks.geojson`);
    add(data.features.filter((one) => one.geometry && !drawn.has(one.id)));
    for (const one of data.features) drawn.add(one.id);
    if (!data.pending) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

function failed(error) {
  place.replaceChildren(make("p", { class: "ask" }, fill(texts.map_failed, { why: error.message || "" })));
  if (!error.status) sayProblem(error);
}

async function draw() {
  const map = L.map(place, { attributionControl: true, zoomSnap: 0.5, maxZoom: 20, keyboard: false, preferCanvas: true });
  map.attributionControl.setPrefix("");
  map.setView([0, 0], 2);
  try {
    await ground(map, place.dataset.district);
    if (place.dataset.plan) await routes(map, place.dataset.plan);
    place.dataset.drawn = "1";
  } catch (error) {
    map.remove();
    failed(error);
    return;
  }
  document.addEventListener("desk-stop", (event) => {
    const { stop } = event.detail;
    map.panTo([stop.lat, stop.lon]);
    spots.get(stop.stairwell)?.openTooltip();
  });
}

if (place) {
  const button = document.getElementById("map-load");
  if (place.dataset.lazy) {
    button.addEventListener("click", () => {
      button.remove();
      place.hidden = false;
      draw();
    });
  } else if ("IntersectionObserver" in window) {
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((one) => one.isIntersecting)) return;
      seen.disconnect();
      draw();
    });
    seen.observe(place);
  } else draw();
}
