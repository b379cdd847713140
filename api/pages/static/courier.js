// The courier's page: the day from the service or the phone, deeds into the outbox, and the screen.

import { given, make, say } from "./net.js";
import * as outbox from "./courier-outbox.js";
import * as day from "./courier-day.js";
import * as deeds from "./courier-deeds.js";
import * as view from "./courier-view.js";
import { CourierMap } from "./courier-map.js";
import { Scanner, shrink } from "./courier-scan.js";

const EVERY_MS = 60000;
const BAG_CODE = /^[0-9a-z]{2,8}-[0-9a-z]$/i; // as printed under the QR; what the QR says is longer
const both = given("texts");
const page = given("given");
const byId = (id) => document.getElementById(id);

const state = {
  language: document.documentElement.lang.startsWith("zh") ? "zh" : "en",
  t: null,
  day: null,
  deeds: [],
  refused: [],
  me: null,
  online: navigator.onLine,
  trouble: "",
  replaced: false,
  current: null,
  stop: null,
  wanted: null, // the stop that the courier chose, where it is not the next
  open: new Set(["stops"]),
  left: new Set(), // bags that stay at the point, as ticked so far
  fates: new Map(), // what becomes of bags on board, as chosen so far
  install: null,
  mapElement: make("div", { class: "map", role: "application" }),
};
const map = new CourierMap(state.mapElement);
let timer = 0;

async function read() {
  state.day = await day.today();
  state.deeds = await outbox.deeds();
  state.me = (await outbox.kept("me")) || null;
  state.trouble = (await outbox.kept("trouble")) || "";
  state.replaced = Boolean(await outbox.kept("replaced"));
  if (!state.current) state.current = (await outbox.kept("current")) || null;
  state.refused = state.deeds.filter((d) => d.who === state.me && d.state === "refused" && !d.dealt);
}

// Which trip and stop are shown: what was chosen, else the first that is not over.
function settle() {
  const trips = view.allTrips(state);
  const same = (one) => state.current && one.run.run === state.current.run.run && one.trip.code === state.current.trip.code;
  const chosen = trips.find(same);
  const going = (one) => deeds.tripState(one.run, one.trip, state.deeds) !== "finished";
  state.current = chosen && (state.held || going(chosen)) ? chosen : trips.find(going) || trips[0] || null;
  if (!state.current) return (state.stop = null);
  const { trip } = state.current;
  const open = trip.stops.filter((stop) => deeds.stopState(trip, stop, state.deeds) === "open");
  const wanted = trip.stops.find((stop) => stop.seq === state.wanted);
  const useful = wanted && deeds.stopState(trip, wanted, state.deeds) !== "done";
  state.stop = useful ? wanted : open[0] || null;
  if (!useful) state.wanted = null;
}

async function show({ focus = "" } = {}) {
  await read();
  settle();
  state.t = both[state.language];
  const held = document.activeElement?.dataset?.id;
  const typed = byId("note") === document.activeElement ? byId("note").value : null;
  swap(byId("bar"), view.drawBar(state, act).filter(Boolean));
  swap(byId("notes"), view.drawNotes(state, act));
  swap(byId("app"), view.draw(state, act));
  swap(byId("paper"), state.current ? [view.drawPaper(state, act)] : []);
  swap(byId("print"), view.drawPrint(state));
  placeMap();
  if (byId("title").textContent !== state.t.title) byId("title").textContent = state.t.title;
  const again = focus ? byId(focus) : held && document.querySelector(`[data-id="${CSS.escape(held)}"]`);
  if (typed !== null && byId("note")) {
    byId("note").value = typed;
    byId("note").focus({ preventScroll: true });
  } else again?.focus({ preventScroll: !focus });
  drawMap();
  later();
}

// Put in what changed, and leave the rest: a finger may be on it, and a reader reads it out.
function swap(place, nodes) {
  const fresh = make("div", {}, ...nodes);
  const now = [...place.childNodes];
  const same = now.length === fresh.childNodes.length && now.every((one, n) => one.isEqualNode(fresh.childNodes[n]));
  if (same) return;
  for (const one of fresh.querySelectorAll("details[data-id]")) remember(one);
  place.replaceChildren(...fresh.childNodes);
}

function remember(details) {
  details.addEventListener("toggle", () => {
    state.open[details.open ? "add" : "delete"](details.dataset.id);
    if (details.dataset.id === "map") drawMap();
  });
}

function placeMap() {
  const place = byId("map-place");
  const { run, trip } = state.current || {};
  const shown = run && deeds.tripState(run, trip, state.deeds) !== "finished";
  const key = shown ? `${run.run}/${run.plan}/${Boolean(run.map)}/${state.language}` : "";
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  const box = shown ? view.drawMap(state, act) : "";
  if (shown) remember(box);
  place.replaceChildren(box);
}

function drawMap() {
  if (!state.current || !state.open.has("map")) return;
  state.mapElement.setAttribute("aria-label", state.t.map);
  map.show(state.current.run, state.current.trip, state.stop, state.language);
}

// Look again when the next deed may be sent: its ten seconds are over, or its pause is.
function later() {
  clearTimeout(timer);
  const next = Math.min(...state.deeds.filter((d) => d.who === state.me && d.state === "waiting" && d.from > Date.now()).map((d) => d.from));
  timer = setTimeout(sync, Math.min(Math.max(next - Date.now() + 50, 200), EVERY_MS));
}

let syncing = null;
function sync() {
  syncing ||= (async () => {
    try {
      const answer = await day.refresh();
      state.online = answer.online;
      if (answer.replaced) await outbox.keep("replaced", true);
      if (state.online) await outbox.flush();
      await day.tidy();
    } finally {
      syncing = null;
    }
    await show();
  })();
  return syncing;
}

// Store what was tapped; where the phone cannot, say so at once: it was not kept.
async function kept(work, focus = "") {
  try {
    await work();
  } catch {
    return say(state.t.save_failed, 0);
  }
  navigator.vibrate?.(40);
  await show({ focus });
  const worker = await navigator.serviceWorker?.getRegistration("/courier");
  worker?.sync?.register(outbox.SYNC).catch(() => {}); // browsers without it send from the page
}

const act = {
  sync: () => sync(),
  seen: async () => {
    await outbox.forget("replaced");
    await show();
  },
  choose: async (run, trip) => {
    state.held = true;
    state.current = { run, trip };
    state.wanted = null;
    await show({ focus: "load" });
  },
  go: async (stop) => {
    state.wanted = stop.seq;
    await show({ focus: "stop" });
  },
  depart: (run, trip, left) => kept(() => deeds.depart(state.me, run, trip, left), "stop"),
  drop: (run, trip, stop, bags) => kept(() => dropped(run, trip, stop, bags, "tap"), "stop"),
  errand: (run, trip, stop, one) => kept(() => deeds.errand(state.me, run, trip, stop, one)),
  finish: (run, trip, still, said) => kept(() => finished(run, trip, still, said)),
  undo: async (some) => {
    const could = await Promise.all(some.map((deed) => outbox.amend(deed.key, null)));
    say(could.every(Boolean) ? state.t.undone : state.t.too_late);
    await show();
  },
  more: async (deed, more) => {
    const could = await deeds.tellMore(deed, more);
    say(could ? state.t.note_saved : state.t.too_late);
    await show();
  },
  typing: (deed) => outbox.amend(deed.key, { from: Date.now() + 30000 }), // whoever types is not done
  dealt: async (some) => {
    await outbox.settled(some.map((deed) => deed.key));
    await show();
  },
  trouble: openTrouble,
  scan: openScan,
  photoDrop: async (run, trip, stop, bags) => {
    const picture = await takePhoto();
    if (!picture) return;
    await kept(async () => {
      const group = outbox.fresh();
      const first = await dropped(run, trip, stop, bags, "photo", group);
      await deeds.photo(state.me, run, trip, stop, picture, first?.key || "", group);
    }, "stop");
    say(state.t.photo_kept);
  },
  photograph: async (deed) => {
    await outbox.amend(deed.key, { from: Date.now() + 60000 });
    const picture = await takePhoto();
    if (!picture) return;
    const run = { run: deed.run };
    await kept(() => deeds.photo(state.me, run, { code: deed.trip }, { seq: deed.stop }, picture, deed.key, deed.key));
    say(state.t.photo_kept);
  },
  where: () => map.where(() => say(state.t.no_position)),
  print: () => window.print(),
  install: async () => {
    await state.install.prompt();
    state.install = null;
    await show();
  },
};

async function dropped(run, trip, stop, bags, how, group = outbox.fresh()) {
  const all = [];
  for (const bag of bags) all.push(await deeds.dropBag(state.me, run, trip, stop, bag, how, group));
  return all[0];
}

async function finished(run, trip, still, said) {
  const lists = { returned: [], lost: [], damaged: [] };
  for (const { stop, bag } of still) {
    const fate = said(bag);
    if (fate === "dropped") await deeds.dropBag(state.me, run, trip, stop, bag, "tap");
    else lists[fate].push(bag.code);
  }
  await deeds.finish(state.me, run, trip, lists);
  state.held = false;
}

// Two taps: the button that led here, and what is wrong.
function openTrouble(run, trip, stop) {
  const t = state.t;
  const told = (kind) => {
    byId("panel").close();
    const only = kind === "damaged" && stop.bags.length === 1 ? stop.bags[0].code : "";
    return kept(() => deeds.problem(state.me, run, trip, stop, kind, only));
  };
  panel(
    t.trouble_title,
    make("div", { class: "stack" }, ...Object.entries(t.kinds).map(([kind, text]) =>
      make("button", { type: "button", class: "huge wide", "data-id": `kind-${kind}`, onclick: () => told(kind) }, text))),
    t.cancel,
  );
}

function panel(title, content, close, closed = () => {}) {
  const box = byId("panel");
  box.replaceChildren(make("h2", { id: "panel-title" }, title), content,
    make("button", { type: "button", class: "tall wide", "data-id": "close", onclick: () => box.close() }, close));
  box.onclose = closed;
  box.showModal();
}

function openScan() {
  const t = state.t;
  const video = make("video", { playsinline: true, muted: true, "aria-label": t.scan_title });
  const result = make("p", { class: "scanned", role: "status", "aria-live": "assertive" });
  const field = make("input", { id: "typed", autocomplete: "off", autocapitalize: "characters" });
  const scanner = new Scanner(video, (said) => scanned(said, result));
  const form = make("form", { class: "stack" }, make("label", { for: "typed" }, t.scan_type), field,
    make("button", { class: "primary tall wide", "data-id": "enter" }, t.scan_enter));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = field.value.trim();
    field.value = "";
    if (said) scanned(said, result);
  });
  panel(t.scan_title, make("div", {}, make("p", {}, t.scan_says), video, result, form), t.scan_close, () => scanner.stop());
  scanner.start().catch(() => {
    video.replaceWith(make("p", { class: "ask" }, t.no_camera));
  });
}

// What a label says: drop it here, or say why not.
async function scanned(said, result) {
  const t = state.t;
  const tell = (text, ...more) => result.replaceChildren(text, ...more);
  const found = await day.bagSaid(state.day, said);
  if (!found) {
    if (BAG_CODE.test(said)) said = said.toUpperCase();
    const code = said.slice(0, 20);
    const report = make("button", { type: "button", class: "tall", "data-id": "report", onclick: async () => {
      await kept(() => deeds.dropUnknown(state.me, state.current.run, said));
      tell(view.fill(t.told, { what: code }));
    } }, t.scan_report);
    return tell(view.fill(t.scan_unknown, { code }), " ", report);
  }
  const { run, trip, stop, bag } = found;
  const code = bag.code;
  if (deeds.tripState(run, trip, state.deeds) === "released") return tell(t.scan_not_started);
  if (deeds.bagState(bag, state.deeds) !== "with") return tell(view.fill(t.scan_again, { code }));
  if (state.stop && (trip.code !== state.current.trip.code || stop.seq !== state.stop.seq)) {
    const place = stop[state.language] || stop.place;
    const there = make("button", { type: "button", class: "tall", "data-id": "there", onclick: async () => {
      state.current = { run, trip };
      state.held = true;
      state.wanted = stop.seq;
      await show();
      tell(place);
    } }, t.scan_go_there);
    return tell(view.fill(t.scan_other_stop, { code, place }), " ", there);
  }
  await kept(() => deeds.dropBag(state.me, run, trip, stop, bag, "scan"));
  tell(view.fill(t.scan_ok, { code }));
}

function takePhoto() {
  return new Promise((done) => {
    const field = make("input", { type: "file", accept: "image/*", capture: "environment", class: "sr", id: "camera" });
    const end = (picture) => {
      field.remove();
      done(picture);
    };
    field.addEventListener("cancel", () => end(null));
    field.addEventListener("change", () =>
      shrink(field.files[0]).then(end, () => {
        say(state.t.photo_failed);
        end(null);
      }));
    document.body.append(field);
    field.click();
  });
}

// The language is changed here, for there may be no network to ask for the page in another.
function languages() {
  const form = document.querySelector("form.language");
  form?.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    state.language = state.language === "zh" ? "en" : "zh";
    document.documentElement.lang = state.language === "zh" ? "zh-Hans" : "en";
    document.cookie = `supplyloop-language=${state.language}; path=/; max-age=31536000; samesite=lax`;
    form.querySelector("button").textContent = state.language === "zh" ? "English" : "中文";
    show();
  });
}

function leaving() {
  const form = document.querySelector('form[action="/sign-out"]');
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const n = state.deeds.filter((d) => d.who === state.me && (d.state === "waiting" || d.state === "sending")).length;
    if (n && !window.confirm(view.fill(state.t.sign_out_waiting, { n }))) return;
    day.leave().then(() => form.submit());
  });
}

async function begin() {
  navigator.storage?.persist?.(); // what waits to be sent is not to be tidied away
  if (navigator.serviceWorker) {
    navigator.serviceWorker.register(page.worker, { scope: "/courier", updateViaCache: "none" }).catch((fault) => console.warn(fault));
  }
  languages();
  leaving();
  outbox.listen(() => show());
  addEventListener("online", sync);
  addEventListener("offline", () => {
    state.online = false;
    show();
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sync());
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    state.install = event;
    show();
  });
  await handedOver();
  await show();
  await sync();
}

// Another courier signed in on this phone: they are not shown where the one before them goes.
async function handedOver() {
  const before = await outbox.kept("me");
  if (!page.courier || !before || before.endsWith(`/${page.courier}`)) return;
  await day.leave();
  await outbox.forget("me");
}

begin();
