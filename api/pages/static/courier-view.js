// What the courier sees, made from the day and the deeds; it changes nothing by itself.

import { make } from "./net.js";
import { bagState, errandDone, stopState, tripState } from "./courier-deeds.js";

export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

const countOf = (t, n) => (n === 1 ? t.bag_one : fill(t.bags, { n }));

export function kilograms(grams) {
  return `${(grams / 1000).toFixed(1)} kg`;
}

export function clock(state, instant) {
  const form = { hour: "2-digit", minute: "2-digit", hour12: false };
  if (state.day) form.timeZone = state.day.body.zone;
  return new Intl.DateTimeFormat(state.language === "zh" ? "zh-CN" : "en-GB", form).format(new Date(instant));
}

const named = (state, one) => one[state.language];
const mine = (state) => state.deeds.filter((deed) => deed.who === state.me);
const button = (text, attributes, ...more) => make("button", { type: "button", ...attributes }, text, ...more);

// The line that is always there: network, what waits, what was not accepted.
export function drawBar(state, act) {
  const t = state.t;
  const waiting = mine(state).filter((d) => d.state === "waiting" || d.state === "sending").length;
  const refused = mine(state).filter((d) => d.state === "refused" && !d.dealt).length;
  return [
    make("span", { class: `pill ${state.online ? "on" : "off"}`, id: "net" }, state.online ? t.online : t.offline),
    make("span", { class: `pill ${waiting ? "wait" : ""}`, id: "waiting", "data-n": waiting },
      waiting ? fill(t.waiting, { n: waiting }) : t.none_waiting),
    refused ? make("a", { class: "pill bad", href: "#refused" }, fill(t.refused_count, { n: refused })) : "",
    waiting && state.online ? button(t.sync_now, { class: "small-button", "data-id": "sync", onclick: act.sync }) : "",
  ];
}

export function drawNotes(state, act) {
  const t = state.t;
  const notes = [];
  if (state.trouble === "signed-out") notes.push(make("p", { class: "alert", role: "alert" }, t.signed_out));
  if (state.trouble === "not-you") notes.push(make("p", { class: "alert", role: "alert" }, t.not_you));
  const others = state.deeds.filter((d) => d.who !== state.me && d.state === "waiting").length;
  if (others) notes.push(make("p", { class: "ask" }, fill(t.others_waiting, { n: others })));
  if (state.replaced) {
    notes.push(make("div", { class: "ask", role: "alert" }, make("p", {}, t.replaced),
      button(t.replaced_ok, { "data-id": "seen", onclick: act.seen })));
  }
  if (state.day && !state.online) {
    notes.push(make("p", { class: "ask" }, fill(t.stale, { time: clock(state, state.day.savedAt) })));
  }
  const fresh = newest(state);
  if (fresh) notes.push(drawFresh(state, fresh, act));
  if (state.refused.length) notes.push(drawRefused(state, act));
  const aside = mine(state).filter((d) => d.state === "aside" && !d.dealt);
  if (aside.length) {
    notes.push(make("section", { class: "ask" }, make("h2", {}, t.aside_title), make("p", {}, t.aside_says),
      make("ul", {}, ...aside.map((d) => make("li", {}, deedName(state, d)))),
      button(t.refused_done, { "data-id": "aside", onclick: () => act.dealt(aside) })));
  }
  return notes;
}

// What was tapped in the last seconds and may be taken back.
function newest(state) {
  const open = mine(state).filter((d) => d.state === "waiting" && d.from > Date.now());
  const last = open.at(-1);
  return last ? open.filter((d) => groupOf(d) === groupOf(last)) : null;
}

const groupOf = (deed) => deed.act || deed.key;

function drawFresh(state, deeds, act) {
  const t = state.t;
  const first = deeds[0];
  const what = deeds.map((d) => deedName(state, d)).join("、");
  const said = first.kind === "problem" && first.about === "unwell" ? t.told_unwell : fill(t.told, { what });
  const box = make("section", { class: "done fresh" }, make("p", {}, said));
  if (first.kind === "problem") box.append(drawMore(state, first, act));
  box.append(make("div", {}, button(t.undo, { class: "tall wide", "data-id": "undo", onclick: () => act.undo(deeds) })));
  return box;
}

function drawMore(state, deed, act) {
  const t = state.t;
  const stop = deed.stop && findStop(state, deed);
  const box = make("div", { class: "stack" });
  if (deed.about === "damaged" && stop && stop.bags.length > 1 && !deed.body.bag) {
    box.append(make("p", {}, t.which_bag), make("div", { class: "row" }, ...stop.bags.map((bag) =>
      button(bag.code, { class: "tall", "data-id": `which-${bag.code}`, onclick: () => act.more(deed, { bag: bag.code }) }))));
  }
  const field = make("input", { id: "note", maxlength: 400, placeholder: t.note_hint, value: deed.body.note || "" });
  field.addEventListener("input", () => act.typing(deed));
  box.append(make("label", { for: "note" }, t.note), field,
    make("div", { class: "row" }, button(t.note_save, { class: "tall", "data-id": "note-save", onclick: () => act.more(deed, { note: field.value }) }),
      deed.stop ? button(t.photo_add, { class: "tall", "data-id": "note-photo", onclick: () => act.photograph(deed) }) : ""));
  return box;
}

function drawRefused(state, act) {
  const t = state.t;
  return make("section", { class: "alert", id: "refused", role: "alert" },
    make("h2", {}, t.refused_title), make("p", {}, t.refused_says),
    make("ul", { class: "rows" }, ...state.refused.map((d) => make("li", {},
      make("div", {}, make("strong", {}, deedName(state, d)), " · ", clock(state, d.tapped), make("br"),
        t.refused[d.outcome] || [d.title, d.detail].filter(Boolean).join("。") || t.refused.other),
      button(t.refused_done, { class: "tall", "data-id": `dealt-${d.key}`, onclick: () => act.dealt([d]) })))));
}

export function deedName(state, deed) {
  const t = state.t;
  return fill(t.deed_kinds[deed.kind], { bag: deed.bag || "", about: t.kinds[deed.about] || "" });
}

function findStop(state, deed) {
  const run = state.day?.body.runs.find((one) => one.run === deed.run);
  return run?.trips.find((trip) => trip.code === deed.trip)?.stops.find((stop) => stop.seq === deed.stop);
}

export function allTrips(state) {
  return (state.day?.body.runs || []).flatMap((run) => run.trips.map((trip) => ({ run, trip })));
}

export function draw(state, act) {
  const t = state.t;
  if (!state.day) {
    return [make("section", { class: "card" }, make("p", {}, t.no_day_offline), make("p", { class: "small" }, t.no_day_next))];
  }
  const trips = allTrips(state);
  if (!trips.length) {
    const over = state.day.body.runs.length > 0;
    return [make("section", { class: "card" }, make("p", {}, over ? t.all_finished : t.nothing),
      over ? "" : make("p", { class: "small" }, t.nothing_next))];
  }
  const { run, trip } = state.current;
  const standing = tripState(run, trip, state.deeds);
  const parts = [drawTrips(state, trips, act)];
  if (standing === "released") parts.push(drawLoad(state, run, trip, act));
  if (standing === "started") {
    if (state.stop) parts.push(drawStop(state, run, trip, state.stop, act));
    parts.push(drawFinish(state, run, trip, act));
  }
  if (standing === "finished") parts.push(make("p", { class: "done" }, fill(t.finished, { no: trip.no })));
  if (standing !== "finished") parts.push(drawStops(state, trip, act));
  return parts;
}

function drawTrips(state, trips, act) {
  const t = state.t;
  return make("nav", { class: "trips", "aria-label": t.trips }, ...trips.map(({ run, trip }) =>
    button(fill(t.trip, { no: trip.no, of: trip.of }), {
      "data-id": `trip-${trip.code}`, "aria-pressed": trip === state.current.trip ? "true" : "false",
      onclick: () => act.choose(run, trip),
    }, make("span", { class: "small" }, ` ${t.trip_state[tripState(run, trip, state.deeds)]}`))));
}

function drawLoad(state, run, trip, act) {
  const t = state.t;
  const bags = trip.stops.flatMap((stop) => stop.bags);
  const kinds = byCompartment(bags);
  const boxes = bags.map((bag) => {
    const box = make("input", { type: "checkbox", id: `left-${bag.code}`, checked: state.left.has(bag.code) });
    box.addEventListener("change", () => state.left[box.checked ? "add" : "delete"](bag.code));
    return make("label", { class: "tick", for: `left-${bag.code}` }, box, bag.code);
  });
  return make("section", { class: "card", "aria-labelledby": "load" },
    make("h2", { id: "load", tabindex: -1 }, t.load_title),
    make("p", {}, fill(t.depart_at, { time: clock(state, trip.departs_at), point: named(state, trip.point) })),
    make("p", { class: "large" }, fill(t.load_says, { bags: countOf(t, bags.length), weight: kilograms(trip.weight_g) })),
    make("ul", {}, ...Object.entries(kinds).map(([kind, some]) =>
      make("li", {}, `${t.compartments[kind] || kind}: ${countOf(t, some.length)}`))),
    make("details", { "data-id": "missing", open: state.open.has("missing") }, make("summary", {}, t.missing), make("p", {}, t.missing_says), make("div", { class: "ticks" }, ...boxes)),
    button(t.depart, { class: "primary huge wide", "data-id": "depart", onclick: () => act.depart(run, trip, bags.map((bag) => bag.code).filter((code) => state.left.has(code))) }));
}

function byCompartment(bags) {
  const found = {};
  for (const bag of bags) (found[bag.compartment] ||= []).push(bag);
  return found;
}

function drawStop(state, run, trip, stop, act) {
  const t = state.t;
  const open = stop.bags.filter((bag) => bagState(bag, state.deeds) === "with");
  const card = make("section", { class: "card stop", "aria-labelledby": "stop" },
    make("p", { class: "over" }, `${t.next_stop} · ${fill(t.stop_of, { seq: stop.seq, of: trip.stops.length })} · ${fill(t.planned, { time: clock(state, stop.arrives_at) })}`),
    make("h2", { id: "stop", class: "place", tabindex: -1 }, named(state, stop) || stop.place),
    make("p", { class: "code", translate: "no" }, stop.place, stop.note ? ` · ${stop.note}` : ""),
    make("p", { class: "how" }, t.drop_modes[stop.drop] || stop.drop));
  if (stop.protected) card.append(make("p", { class: "ask" }, t.protected));
  card.append(...drawWay(state, stop.way));
  if (stop.bags.length) card.append(drawBags(state, run, trip, stop, open, act));
  if (stop.errands.length) card.append(drawErrands(state, run, trip, stop, act));
  if (open.length) {
    const text = open.length > 1 ? fill(t.dropped_all, { n: open.length }) : t.dropped_one;
    card.append(button(text, { class: "primary huge wide", "data-id": "dropped", onclick: () => act.drop(run, trip, stop, open) }));
  }
  card.append(make("div", { class: "three" },
    button(t.scan, { class: "huge", "data-id": "scan", onclick: act.scan }),
    button(t.photo, { class: "huge", "data-id": "photo", onclick: () => act.photoDrop(run, trip, stop, open) }),
    button(t.trouble, { class: "huge danger", "data-id": "trouble", onclick: () => act.trouble(run, trip, stop) })));
  return card;
}

function drawWay(state, way) {
  const t = state.t;
  if (!way) return [];
  if (way.distance_m < 0) return [make("p", { class: "alert" }, t.no_way)];
  const parts = [];
  if (way.gates.length) {
    const gates = way.gates.map((gate) => named(state, gate) + (gate.hours ? ` (${gate.hours})` : ""));
    parts.push(make("p", { class: "gates" }, make("strong", {}, `${t.gates_on_way}: `), gates.join(" → ")));
  }
  if (named(state, way)) {
    parts.push(make("p", { class: "way" }, make("strong", {}, `${t.way}: `), fill(t.metres, { n: way.distance_m }), " · ", named(state, way)));
  }
  return parts;
}

function drawBags(state, run, trip, stop, open, act) {
  const t = state.t;
  return make("ul", { class: "rows bags", "aria-label": fill(t.to_stop, { bags: countOf(t, stop.bags.length) }) }, ...stop.bags.map((bag) => {
    const standing = bagState(bag, state.deeds);
    const told = [t.compartments[bag.compartment] || bag.compartment, kilograms(bag.weight_g)];
    if (bag.room) told.unshift(fill(t.room, { room: bag.room }));
    return make("li", {},
      make("div", {}, make("strong", { class: "bag", translate: "no" }, bag.code), make("br"), make("span", { class: "small" }, told.join(" · "))),
      standing === "with" && open.length > 1
        ? button(t.dropped_one, { class: "tall", "data-id": `bag-${bag.code}`, "aria-label": `${bag.code} ${t.dropped_one}`, onclick: () => act.drop(run, trip, stop, [bag]) })
        : make("span", { class: `badge ${standing === "dropped" ? "good" : ""}` }, t.bag_state[standing]));
  }));
}

function drawErrands(state, run, trip, stop, act) {
  const t = state.t;
  return make("ul", { class: "rows", "aria-label": t.errands }, ...stop.errands.map((one) => {
    const done = errandDone(one, state.deeds);
    const told = `${t.errand_kinds[one.kind] || one.kind} · ${t.legs[one.leg]} · ${one.label}`;
    const more = one.cancelled ? t.errand_cancelled : one.ticket ? fill(t.ticket, { ticket: one.ticket }) : "";
    return make("li", {}, make("div", {}, make("strong", {}, told), more ? make("br") : "", more),
      done || one.cancelled ? make("span", { class: "badge good" }, done ? t.leg_done[one.leg] : t.errand_cancelled)
        : button(t.leg_done[one.leg], { class: "tall", "data-id": `errand-${one.id}-${one.leg}`, onclick: () => act.errand(run, trip, stop, one) }));
  }));
}

function drawFinish(state, run, trip, act) {
  const t = state.t;
  const still = trip.stops.flatMap((stop) =>
    stop.bags.filter((bag) => bagState(bag, state.deeds) === "with").map((bag) => ({ stop, bag })));
  const usual = (bag) => (damaged(state, bag) ? "damaged" : "returned");
  const said = (bag) => state.fates.get(bag.code) || usual(bag);
  const box = make("section", { class: "card", "aria-labelledby": "finish" }, make("h2", { id: "finish", tabindex: -1 }, t.finish_title));
  if (still.length) {
    box.append(make("p", {}, fill(t.finish_open, { bags: countOf(t, still.length) })), make("ul", { class: "rows" }, ...still.map(({ bag }) => {
      const choice = make("select", { "aria-label": bag.code, "data-id": `fate-${bag.code}` }, ...Object.entries(t.outcomes).map(([value, text]) =>
        make("option", { value, selected: value === said(bag) }, text)));
      choice.addEventListener("change", () => state.fates.set(bag.code, choice.value));
      return make("li", {}, make("strong", { class: "bag" }, bag.code), choice);
    })));
  } else box.append(make("p", {}, fill(t.finish_says, { point: named(state, trip.point) })));
  if (trip.home && named(state, trip.home)) {
    box.append(make("p", { class: "way" }, make("strong", {}, `${fill(t.back, { point: named(state, trip.point) })}: `), named(state, trip.home)));
  }
  box.append(button(t.finish, { class: still.length ? "huge wide" : "primary huge wide", "data-id": "finish", onclick: () => act.finish(run, trip, still, said) }));
  if (!state.stop || !still.length) return box;
  return make("details", { class: "early", "data-id": "early", open: state.open.has("early") }, make("summary", {}, t.finish_early), box);
}

function damaged(state, bag) {
  return state.deeds.some((d) => d.kind === "problem" && d.about === "damaged" && d.body.bag === bag.code && d.state !== "refused");
}

function drawStops(state, trip, act) {
  const t = state.t;
  return make("details", { class: "card", "data-id": "stops", open: state.open.has("stops") }, make("summary", {}, make("h2", {}, t.all_stops)),
    make("ol", { class: "rows stops" }, ...trip.stops.map((stop) => {
      const standing = stopState(trip, stop, state.deeds);
      return make("li", { class: `is-${standing}` },
        make("div", {}, make("strong", {}, `${stop.seq}. ${named(state, stop) || stop.place}`), make("br"),
          make("span", { class: "small" }, [clock(state, stop.arrives_at), stop.bags.length ? countOf(t, stop.bags.length) : "", t.stop_state[standing]].filter(Boolean).join(" · "))),
        standing === "done" || stop === state.stop ? "" : button(t.go_here, { class: "tall", "data-id": `go-${stop.seq}`, onclick: () => act.go(stop) }));
    })));
}

// The map keeps its element: it is made anew only for another run or language.
export function drawMap(state, act) {
  const t = state.t;
  const { run } = state.current;
  const box = make("details", { class: "card", "data-id": "map", open: state.open.has("map") }, make("summary", {}, make("h2", {}, t.map)));
  if (!run.map) box.append(make("p", {}, t.no_map));
  else {
    box.append(make("p", { class: "small" }, t.map_says), state.mapElement,
      make("div", { class: "row" }, button(t.my_position, { class: "tall", "data-id": "where", onclick: act.where }),
        make("span", { class: "small" }, run.attribution)));
  }
  return box;
}

export function drawPaper(state, act) {
  const t = state.t;
  const { run } = state.current;
  return make("section", { class: "card paper" },
    make("a", { class: "button wide tall", href: `${run.sheet}?lang=${state.language}`, target: "_blank", rel: "noopener" }, t.print),
    button(t.print_here, { class: "wide tall", "data-id": "print", onclick: act.print }),
    state.install ? button(t.install, { class: "wide tall", "data-id": "install", onclick: act.install }) : "",
    make("p", { class: "small" }, fill(t.read_at, { time: clock(state, state.day.savedAt) })));
}

// The route sheet on paper: all that is not finished, with room for a tick.
export function drawPrint(state) {
  const t = state.t;
  return allTrips(state).map(({ run, trip }) => make("section", {},
    make("h2", {}, `${t.sheet_title} · ${run.run} · ${state.day.body.courier} · ${fill(t.trip, { no: trip.no, of: trip.of })}`),
    make("p", {}, fill(t.depart_at, { time: clock(state, trip.departs_at), point: named(state, trip.point) }), " · ",
      fill(t.load_says, { bags: countOf(t, trip.stops.reduce((sum, stop) => sum + stop.bags.length, 0)), weight: kilograms(trip.weight_g) })),
    make("table", {}, make("thead", {}, make("tr", {}, ...t.print_columns.map((name) => make("th", {}, name)))),
      make("tbody", {}, ...trip.stops.map((stop) => make("tr", {},
        make("td", {}, String(stop.seq)), make("td", {}, clock(state, stop.arrives_at)),
        make("td", {}, make("strong", {}, named(state, stop) || stop.place), make("br"), `${t.drop_modes[stop.drop] || ""}${stop.protected ? ` · ${t.protected}` : ""}`, make("br"), stop.way ? named(state, stop.way) : ""),
        make("td", {}, [...stop.bags.map((bag) => bag.code + (bag.room ? ` (${bag.room})` : "")), ...stop.errands.map((one) => `${t.errand_kinds[one.kind] || one.kind} ${t.legs[one.leg]} ${one.label}`)].join("\n")),
        make("td", {}, stop.bags.map(() => "☐").join(" ")))))),
    make("p", {}, run.attribution)));
}
