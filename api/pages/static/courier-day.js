// What the phone knows of the shift: asked of the service, kept for when there is no network,
// and forgotten when it is over.

import { deeds, drop, forget, keep, kept, setClock } from "./courier-outbox.js";

const PATH = "/api/v1/couriers/me/day";

// Ask for the day; without a network the kept one holds. Says what is new about it.
export async function refresh() {
  const before = await kept("day");
  const since = Date.now();
  let answer;
  try {
    answer = await fetch(PATH, {
      credentials: "same-origin",
      headers: before?.etag ? { "If-None-Match": before.etag } : {},
    });
  } catch {
    return { online: false };
  }
  await setClock(answer, since);
  if (answer.status === 304) {
    await keep("day", { ...before, savedAt: Date.now() });
    return { online: true };
  }
  if (answer.status === 401) {
    await keep("trouble", "signed-out");
    return { online: true, trouble: "signed-out" };
  }
  if (!answer.ok) return { online: answer.status < 500 };
  const body = await answer.json();
  const me = `${body.district}/${body.courier}`;
  if ((await kept("trouble")) !== "") await keep("trouble", "");
  await keep("me", me);
  await keep("day", { etag: answer.headers.get("ETag"), savedAt: Date.now(), me, body });
  return { online: true, replaced: before?.me === me && replanned(before.body, body) };
}

function replanned(before, now) {
  return before.runs.some((run) => {
    const same = now.runs.find((one) => one.run === run.run);
    return !same || same.plan !== run.plan;
  });
}

// Addresses stay no longer than they are needed: until a trip is reported as finished, and never
// longer than the service said. What still waits to be sent is kept: it holds codes only.
export async function tidy(now = Date.now()) {
  const day = await kept("day");
  const all = await deeds();
  const told = new Set(all.filter((d) => d.kind === "finish" && d.state === "sent").map((d) => d.trip));
  if (day) {
    const runs = day.body.runs
      .filter((run) => Date.parse(run.forget_at) > now)
      .map((run) => without(run, told));
    const changed = JSON.stringify(runs) !== JSON.stringify(day.body.runs);
    if (!runs.length && day.body.runs.length) await forget("day");
    else if (changed) await keep("day", { ...day, etag: null, body: { ...day.body, runs } });
  }
  const old = now - 2 * 24 * 3600 * 1000;
  const over = all.filter((d) => (d.state === "sent" || d.state === "aside") && d.tapped < old);
  if (over.length) await drop(over.map((d) => d.key));
}

function without(run, told) {
  const trips = run.trips.filter((trip) => !told.has(trip.code));
  if (trips.length === run.trips.length) return run;
  const states = { ...run.states };
  for (const code of told) if (states[code]) states[code] = "finished";
  const map = run.map && {
    ...run.map,
    features: trips.length
      ? run.map.features.filter((f) => f.properties.layer !== "route" || !told.has(f.properties.trip))
      : [],
  };
  return { ...run, trips, states, map };
}

export async function today() {
  return (await kept("day")) || null;
}

export function leave() {
  return forget("day");
}

// Recognise a label: by what its QR says, or by the code that is printed under it.
export async function bagSaid(day, said) {
  const text = said.trim();
  const mark = await markOf(text);
  for (const run of day.body.runs) {
    for (const trip of run.trips) {
      for (const stop of trip.stops) {
        for (const bag of stop.bags) {
          if (bag.code.toUpperCase() === text.toUpperCase() || (mark && bag.mark === mark)) {
            return { run, trip, stop, bag };
          }
        }
      }
    }
  }
  return null;
}

async function markOf(text) {
  if (!crypto.subtle) return "";
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const hex = Array.from(new Uint8Array(hash), (b) => b.toString(16).padStart(2, "0")).join("");
  return hex.slice(0, 20);
}
