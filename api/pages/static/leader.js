// The leader's page: ticks count at once, are kept on the phone and sent when there is a network,
// each heard once by its key; the clock says whether the slot may be gone to; doors stay current.
import { given, make, say } from "./net.js";
import { UNDO_MS, deeds, drop, flush, fresh, now, put, setClock, takeBack } from "./leader-outbox.js";

const texts = given("texts");
const live = given("live");
const ME = live.by;
const LOOK_MS = 20000;
const HANDED = { hand: "handed", "no-answer": "no-answer", refused: "refused", mistake: "with-leader" };
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

let etag = "";
let seen = null; // what the service said last
let mine = []; // deeds of this phone that the service has not answered for yet

const net = document.getElementById("net");

// ---- ticks -------------------------------------------------------------------------------------

async function tick(form, act) {
  const household = form.elements.household.value;
  const bags = (form.dataset.bags || "").split(" ").filter(Boolean);
  const about = { run: live.run, who: ME, act, household };
  const told =
    act === "take" || act === "hand"
      ? bags.map((bag) => ({ ...about, kind: "event", key: fresh(), bag, body: { bag, event: act, by: ME } }))
      : [{ ...about, kind: "door", key: fresh(), path: door_path(household), body: { answer: act } }];
  await put(told);
  const keys = told.map((deed) => deed.key);
  await changed();
  offerUndo(form, keys);
  setTimeout(send, UNDO_MS + 100);
}

function door_path(household) {
  return `/api/v1/runs/${encodeURIComponent(live.run)}/doors/${encodeURIComponent(household)}`;
}

function offerUndo(form, keys) {
  const button = make("button", { type: "button", class: "undo wide" }, texts.undo);
  const gone = setTimeout(() => button.remove(), UNDO_MS);
  button.addEventListener("click", async () => {
    clearTimeout(gone);
    button.remove();
    const could = await takeBack(keys);
    await changed();
    say(could ? texts.undone : texts.too_late);
  });
  form.after(button);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-tick]") || !event.submitter) return;
  event.preventDefault();
  const act = event.submitter.value;
  tick(form, act).catch(() => {
    form.append(make("input", { type: "hidden", name: "act", value: act }));
    form.submit(); // a phone that keeps nothing tells it at once
  });
});

// ---- what is shown -----------------------------------------------------------------------------

async function changed() {
  mine = (await deeds(ME)).filter((deed) => deed.run === live.run);
  show();
}

function waiting() {
  return mine.filter((deed) => deed.state === "waiting" || deed.state === "sending");
}

function show() {
  const open = waiting();
  const refused = mine.filter((deed) => deed.state === "refused");
  const parts = [navigator.onLine ? texts.online : texts.offline];
  parts.push(open.length ? fill(texts.waiting, { n: open.length }) : texts.all_sent);
  if (refused.length) parts.push(fill(texts.not_taken, { n: refused.length }));
  net.textContent = parts.join(" · ");
  if (!seen) return;
  let left = 0;
  const taken = new Set(open.filter((deed) => deed.act === "take").map((deed) => deed.bag));
  for (const door of seen.doors) {
    const last = open.filter((deed) => deed.household === door.household).pop();
    const state = last ? HANDED[last.act] : state_of(door, taken);
    if (state !== "handed") left += 1;
    paint(door, state, Boolean(last));
  }
  document.getElementById("left").textContent = fill(texts.left, { n: left, of: seen.doors.length });
  for (const well of document.querySelectorAll("[data-well]")) slot(well, taken);
}

function state_of(door, taken) {
  if (!["coming", "at-slot"].includes(door.state)) return door.state;
  const open = door.bags.filter((bag) => bag.held_by !== "household");
  return open.every((bag) => bag.held_by === "leader" || taken.has(bag.code)) ? "with-leader" : door.state;
}

function paint(door, state, queued) {
  const place = document.getElementById(`door-${door.household}`);
  if (!place) return;
  place.className = `door ${state}`;
  const said = place.querySelector("[data-state]");
  const text = texts.door_states[state] + (queued ? ` · ${texts.queued}` : "");
  if (said.textContent !== text) said.textContent = text;
  const form = place.querySelector("form.acts");
  if (form) form.hidden = state === "handed";
  const detail = place.querySelector("details");
  if (detail) {
    if (state === "handed") detail.hidden = true;
    else {
      detail.hidden = false;
      if (state !== "coming") detail.open = true;
    }
  }
}

function slot(well, taken) {
  const bags = seen.doors.filter((door) => door.stairwell === well.dataset.well).flatMap((door) => door.bags);
  const open = bags.filter((bag) => !taken.has(bag.code));
  const there = open.filter((bag) => bag.held_by === "slot");
  const way = open.filter((bag) => ["courier", "van"].includes(bag.held_by));
  const held = bags.filter((bag) => bag.held_by === "leader" || taken.has(bag.code));
  well.querySelector("[data-slot]").textContent = fill(texts.slot, {
    n: there.length, way: way.length, mine: held.length,
  });
  const form = [...well.querySelectorAll("form[data-tick]")].find((one) => !one.classList.contains("acts"));
  if (!form) return;
  const which = there.length ? there : way;
  form.hidden = !which.length;
  form.dataset.bags = which.map((bag) => bag.code).join(" ");
  form.querySelector("button").textContent = fill(texts.take, { n: which.length });
}

// The sentence above a slot, by this phone's clock.
function clock() {
  const here = now();
  const at = (text) =>
    new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: live.zone }).format(text);
  for (const well of document.querySelectorAll("[data-well]")) {
    const rows = (seen ? seen.arrivals.filter((one) => one.stairwell === well.dataset.well) : []).map((one) => ({
      from: Date.parse(one.away_from), until: Date.parse(one.away_until), arrives: Date.parse(one.arrives_at),
      over: one.dropped >= one.bags,
    }));
    if (!rows.length) continue;
    const place = well.querySelector("[data-now]");
    const inside = rows.filter((one) => one.from <= here && here < one.until);
    const late = rows.find((one) => !one.over && here >= one.until);
    const next = rows.find((one) => one.from > here);
    let kind = "free";
    let text = texts.free;
    if (inside.length) {
      kind = "away";
      text = fill(texts.away_now, { until: at(Math.max(...inside.map((one) => one.until)) + 59000) });
    } else if (late) {
      kind = "look";
      text = fill(texts.overdue, { at: at(late.arrives) });
    } else if (next) {
      text = fill(texts.free_until, { until: at(next.from) });
    }
    place.className = `now ${kind}`;
    if (place.textContent !== text) place.textContent = text;
  }
}

// ---- the service -------------------------------------------------------------------------------

async function look() {
  const path = `/api/v1/runs/${encodeURIComponent(live.run)}/places/${encodeURIComponent(live.place)}/hand-out`;
  const since = Date.now();
  try {
    const answer = await fetch(path, { headers: etag ? { "If-None-Match": etag } : {}, credentials: "same-origin" });
    setClock(answer, since);
    if (answer.status === 200) {
      etag = answer.headers.get("ETag") || "";
      const fresher = await answer.json();
      const grown = seen && fresher.doors.length !== seen.doors.length;
      seen = fresher;
      if (grown) window.location.reload();
      // what was heard is in the answer now
      await drop(mine.filter((deed) => deed.state === "sent").map((deed) => deed.key));
    }
  } catch {
    // no network: what is on the page stays
  }
  await changed();
  clock();
}

async function send() {
  const sent = await flush(ME);
  if (sent) await look();
  else await changed();
}

window.addEventListener("online", send);
window.addEventListener("offline", () => changed());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send().then(look));
setInterval(send, 5000);
setInterval(look, LOOK_MS);
setInterval(clock, 15000);
look().then(send);
