// What a courier does, as deeds for the outbox; and what follows from them for bags and stops.

import { amend, fresh, put } from "./courier-outbox.js";

const GONE = { drop: "dropped", hand: "dropped", return: "back", damage: "damaged", lose: "lost" };
const SERVER = {
  "on-shelf": "dropped",
  taken: "dropped",
  confirmed: "dropped",
  disputed: "dropped",
  returned: "back",
  redirected: "back",
  damaged: "damaged",
  lost: "lost",
};
const LEG_DONE = {
  collect: ["collected", "fetched", "delivered", "done"],
  fetch: ["fetched", "delivered", "done"],
  bring: ["delivered", "done"],
};
export const LEG_STATE = { collect: "collected", fetch: "fetched", bring: "delivered" };

const party = (me) => `courier:${me.split("/").pop()}`;

export function dropBag(me, run, trip, stop, bag, how, act) {
  const atDoor = stop.drop === "door";
  const body = { bag: bag.code, event: atDoor ? "hand" : "drop", by: party(me), note: how };
  if (stop.drop === "gate") body.place = `slot:${stop.slot}`;
  return put({
    key: fresh(), act, kind: "event", who: me, run: run.run, trip: trip.code, stop: stop.seq, bag: bag.code, body,
  });
}

// A label that is not on this phone's sheet: the service knows whose it is.
export function dropUnknown(me, run, said) {
  const body = { bag: said, event: "drop", by: party(me), note: "scan" };
  return put({ key: fresh(), kind: "event", who: me, run: run.run, bag: said, body });
}

export function depart(me, run, trip, left) {
  return put({
    key: fresh(), kind: "depart", who: me, run: run.run, trip: trip.code,
    path: `/api/v1/runs/${run.run}/trips/${trip.code}/depart`, body: { left },
  });
}

export function finish(me, run, trip, { returned, lost, damaged }) {
  return put({
    key: fresh(), kind: "finish", who: me, run: run.run, trip: trip.code,
    path: `/api/v1/runs/${run.run}/trips/${trip.code}/finish`, body: { returned, lost, damaged },
  });
}

export function problem(me, run, trip, stop, kind, bag = "") {
  const body = { kind, stop: stop ? stop.seq : null, bag, note: "" };
  return put({
    key: fresh(), kind: "problem", who: me, run: run.run, trip: trip.code, stop: stop?.seq, about: kind,
    path: `/api/v1/runs/${run.run}/trips/${trip.code}/problems`, body,
  });
}

// A picture of a stop, or of what another deed tells of it.
export function photo(me, run, trip, stop, picture, about, act) {
  return put({
    key: fresh(), act, kind: "photo", who: me, run: run.run, trip: trip.code, stop: stop.seq, picture,
    path: `/api/v1/runs/${run.run}/trips/${trip.code}/photos`, body: { stop: stop.seq, about },
  });
}

// More about a problem that was not sent yet: it then waits a little longer.
export function tellMore(deed, more) {
  return amend(deed.key, { body: { ...deed.body, ...more }, from: Date.now() + 10000 });
}

export function errand(me, run, trip, stop, one) {
  return put({
    key: fresh(), kind: "errand", who: me, run: run.run, trip: trip.code, stop: stop.seq, errand: one.id,
    leg: one.leg, dated: false,
    path: `/api/v1/runs/${run.run}/trips/${trip.code}/errands/${one.id}`, body: { state: LEG_STATE[one.leg] },
  });
}

const counts = (deed) => deed.state !== "refused";

export function bagState(bag, deeds) {
  const said = deeds.filter((d) => d.kind === "event" && d.bag === bag.code && counts(d)).at(-1);
  return said ? GONE[said.body.event] : SERVER[bag.state] || "with";
}

export function errandDone(one, deeds) {
  if (LEG_DONE[one.leg].includes(one.state)) return true;
  return deeds.some((d) => d.kind === "errand" && d.errand === one.id && d.leg === one.leg && counts(d));
}

export function tripState(run, trip, deeds) {
  const said = (kind) => deeds.some((d) => d.kind === kind && d.trip === trip.code && d.run === run.run && counts(d));
  if (said("finish")) return "finished";
  if (said("depart") && run.states[trip.code] === "released") return "started";
  return run.states[trip.code];
}

// done: nothing is left to do here; problem: something is, and the desk knows why.
export function stopState(trip, stop, deeds) {
  const open =
    stop.bags.some((bag) => bagState(bag, deeds) === "with") ||
    stop.errands.some((one) => !one.cancelled && !errandDone(one, deeds));
  if (!open) return "done";
  const told = deeds.some(
    (d) => d.kind === "problem" && d.trip === trip.code && d.stop === stop.seq && counts(d),
  );
  return told ? "problem" : "open";
}
