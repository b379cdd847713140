// What is done with a stop or trip: looked at, moved under the judge's eye, locked.
import { call, make } from "./net.js";
import { breachText, clock, fill } from "./desk-words.js";

export class Moves {
  constructor({ view, dialog, texts, arrive, follow }) {
    Object.assign(this, { view, dialog, all: texts, texts: texts.plan, arrive, follow });
    this.address = `/api/v1/plans/${view.plan.id}/edits`;
  }

  open(item, editable) {
    const { courier, trip, stop } = item;
    const buttons = [];
    if (editable && stop && !stop.lock) buttons.push(this.dialog.button(this.texts.move, () => this.move(stop, { courier: courier.code, trip: trip.no }), true));
    if (editable) {
      const on = stop ? !stop.lock : !trip.stops.every((one) => one.lock);
      const name = stop ? (on ? "lock" : "unlock") : on ? "lock_trip" : "unlock_trip";
      buttons.push(this.dialog.button(this.texts[name], () => this.lock(stop ? { stop: stop.id } : { trip: trip.id }, on)));
    }
    buttons.push(this.dialog.cancel());
    this.dialog.show(stop ? stop.stairwell : trip.code, make("p", {}, stop ? this.factsOf(courier, trip, stop) : this.tripOf(courier, trip)), make("p", { class: "row" }, ...buttons));
  }

  factsOf(courier, trip, stop) {
    return fill(this.texts.stop_facts, {
      courier: courier.code, trip: trip.no, seq: stop.seq, from: clock(stop.arrival_s), to: clock(stop.leave_s),
      bags: stop.bags, cold: stop.cold, kg: (stop.weight_g / 1000).toFixed(1),
      mode: this.all.drop_modes[stop.drop_mode] || stop.drop_mode,
    });
  }

  tripOf(courier, trip) {
    const bags = trip.stops.reduce((sum, one) => sum + one.bags, 0);
    return `${courier.code} · ${fill(this.texts.trip_label, {
      no: trip.no, from: clock(trip.departs_s), to: clock(trip.returns_s), bags, kg: (trip.weight_g / 1000).toFixed(0),
    })}`;
  }

  async lock(what, on) {
    const done = await call("POST", this.address, { body: { edits: [{ kind: "lock", on, ...what }] } });
    const text = on ? this.texts.locked_now : this.texts.unlocked_now;
    this.arrive(fill(text, { n: on ? done.locked : done.unlocked }), location.href);
    location.reload();
  }

  // Ask where a stop goes; from a drag all is filled in, and the judge is asked at once.
  move(stop, target) {
    const couriers = this.view.couriers.filter((one) => one.changed?.on_duty !== false);
    const courier = make("select", { name: "courier" });
    for (const one of couriers) courier.append(make("option", { value: one.code }, one.code));
    courier.value = target.courier || couriers[0]?.code;
    const trip = make("select", { name: "trip" });
    const position = make("select", { name: "position" });
    const chosen = () => couriers.find((one) => one.code === courier.value);
    const fillTrips = () => {
      trip.replaceChildren();
      for (const one of chosen().trips) {
        trip.append(make("option", { value: one.no }, `${one.no} · ${clock(one.departs_s)}–${clock(one.returns_s)}`));
      }
      trip.append(make("option", { value: chosen().trips.length + 1 }, this.texts.new_trip));
    };
    const fillPositions = () => {
      position.replaceChildren(make("option", { value: "" }, this.texts.best_position));
      const there = chosen().trips.find((one) => String(one.no) === trip.value);
      const others = (there?.stops ?? []).filter((one) => one.id !== stop.id);
      for (let n = 1; n <= others.length + 1; n += 1) position.append(make("option", { value: n }, String(n)));
    };
    fillTrips();
    if (target.trip) trip.value = String(target.trip);
    fillPositions();
    if (target.position) position.value = String(target.position);
    courier.addEventListener("change", () => {
      fillTrips();
      fillPositions();
    });
    trip.addEventListener("change", fillPositions);
    const edit = () => ({
      kind: "move", stop: stop.id, courier: courier.value, trip: Number(trip.value),
      position: position.value ? Number(position.value) : null,
    });
    const labelled = (text, input) => make("label", {}, `${text} `, input);
    const form = make("div", { class: "stack" }, labelled(this.texts.to_courier, courier), labelled(this.texts.to_trip, trip), labelled(this.texts.position, position));
    this.dialog.show(
      fill(this.texts.move_title, { stairwell: stop.stairwell }),
      form,
      make("p", { class: "row" },
        this.dialog.button(this.texts.judge, () => this.judge(edit())),
        this.dialog.button(this.texts.keep, () => this.keep(edit()), true),
        this.dialog.button(this.texts.solve_for_it, () => this.solve(edit())),
        this.dialog.cancel()),
    );
    if (target.dropped) this.dialog.doing(() => this.judge(edit()));
  }

  async judge(edit) {
    const told = await call("POST", this.address, { body: { edits: [edit], mode: "judge" } });
    if (!told.accepted) {
      const list = make("ul");
      for (const one of told.breaches) list.append(make("li", {}, breachText(this.all, one)));
      this.dialog.tell("alert", make("strong", {}, this.texts.judged_no), list, this.texts.no_edit);
      return;
    }
    const list = make("ul");
    for (const [name, key, said] of [
      ["drops_left", "unassigned", String], ["contacts", "contacts", String], ["excess_faces", "excess_faces", String],
      ["distance", "distance_m", (n) => (n / 1000).toFixed(1)], ["duration", "duration_s", (n) => clock(n)],
    ]) {
      list.append(make("li", {}, `${this.all.figures[name]}: ${said(told.before[key])} → ${said(told.after[key])}`));
    }
    this.dialog.tell("done", make("strong", {}, this.texts.judged_ok), list);
  }

  async keep(edit) {
    await call("POST", this.address, { body: { edits: [edit], mode: "keep" } });
    this.arrive(this.texts.edited);
  }

  async solve(edit) {
    const limit = Number(document.querySelector("#solve [name=limit]")?.value || 60);
    const asked = await call("POST", this.address, { body: { edits: [edit], mode: "solve", limit_s: limit } });
    this.dialog.close();
    this.follow(asked.job_id);
  }
}
