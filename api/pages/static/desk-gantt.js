// The timetable: a row for each courier, trips with their stops; moved by pointer or by keys.
import { make } from "./net.js";
import { clock, fill } from "./desk-words.js";

const PIXELS = [3, 6, 12]; // for a minute
const DRAGGED = 6; // pixels after which a press is a drag

export class Gantt {
  constructor(place, view, texts, editable, deeds) {
    Object.assign(this, { place, view, all: texts, texts: texts.plan, editable, deeds });
    this.zoom = 1;
    this.couriers = view.couriers.filter((one) => one.trips.length || one.changed?.on_duty !== false);
    const trips = this.couriers.flatMap((one) => one.trips);
    this.from = 1800 * Math.floor((Math.min(...trips.map((one) => one.departs_s), 86400 * 3) - 300) / 1800);
    this.until = 3600 * Math.ceil((Math.max(...trips.map((one) => one.returns_s), this.from + 3600) + 300) / 3600);
    this.items = new Map(); // by button: courier, trip, stop
  }

  x(second) {
    return ((second - this.from) / 60) * PIXELS[this.zoom];
  }

  draw() {
    this.items.clear();
    const width = this.x(this.until);
    const grid = make("div", { class: "g-grid" });
    grid.style.gridTemplateColumns = `8.5rem ${width}px`;
    grid.style.minWidth = `calc(8.5rem + ${width}px)`;
    const zoom = (by, text) => make("button", { type: "button", "aria-label": text, onclick: () => this.scale(by) }, text);
    const axis = make("div", { class: "g-axis", "aria-hidden": "true" });
    for (let at = this.from; at <= this.until; at += 1800) {
      const tick = make("span", {}, clock(at));
      tick.style.left = `${this.x(at)}px`;
      axis.append(tick);
    }
    grid.append(make("div", { class: "g-name row" }, zoom(-1, "−"), zoom(1, "+")), axis);
    for (const courier of this.couriers) grid.append(...this.row(courier));
    const scrolled = this.place.scrollLeft;
    this.place.replaceChildren(grid);
    this.place.scrollLeft = scrolled;
    this.place.setAttribute("role", "group");
    this.place.setAttribute("aria-label", this.texts.gantt);
    const first = this.place.querySelector("[data-item]");
    if (first) first.tabIndex = 0;
    if (!this.listening) this.listen();
  }

  scale(by) {
    this.zoom = Math.max(0, Math.min(PIXELS.length - 1, this.zoom + by));
    this.draw();
  }

  row(courier) {
    const bags = courier.trips.reduce((sum, trip) => sum + trip.stops.reduce((n, one) => n + one.bags, 0), 0);
    const label = fill(this.texts.gantt_label, { courier: courier.code, trips: courier.trips.length, bags });
    const line = make("div", { class: "g-line", role: "group", "aria-label": label, "data-courier": courier.code });
    const shift = make("div", { class: "g-shift" });
    shift.style.left = `${Math.max(0, this.x(courier.starts_s))}px`;
    shift.style.width = `${Math.max(0, this.x(Math.min(courier.ends_s, this.until)) - Math.max(0, this.x(courier.starts_s)))}px`;
    line.append(shift);
    for (const trip of courier.trips) line.append(this.trip(courier, trip));
    const name = make("div", { class: "g-name" }, make("strong", { translate: "no" }, courier.code), make("br"), `${clock(courier.starts_s)}–${clock(courier.ends_s)}`, make("br"), fill(this.texts.load, { bags, most: courier.capacity_bags * courier.trips.length }));
    return [name, line];
  }

  trip(courier, trip) {
    const bags = trip.stops.reduce((n, one) => n + one.bags, 0);
    const cold = trip.stops.reduce((n, one) => n + one.cold, 0);
    const label = fill(this.texts.trip_label, { no: trip.no, from: clock(trip.departs_s), to: clock(trip.returns_s), bags, kg: (trip.weight_g / 1000).toFixed(0) });
    const box = make("div", { class: "g-trip", "data-courier": courier.code, "data-trip": trip.no });
    const left = this.x(trip.departs_s);
    box.style.left = `${left}px`;
    box.style.width = `${Math.max(24, this.x(trip.returns_s) - left)}px`;
    const shown = `${trip.no} · ${bags}/${courier.capacity_bags}${trip.errands ? ` +${trip.errands}` : ""}`;
    const head = make("button", { type: "button", class: "g-head", "data-item": true, tabindex: "-1", title: label, "aria-label": `${shown} — ${courier.code} ${label}` }, shown);
    this.items.set(head, { courier, trip });
    const load = make("div", { class: "g-load" });
    load.style.width = `${Math.min(100, (100 * bags) / courier.capacity_bags)}%`;
    const chilled = make("div", { class: "g-load cold" });
    chilled.style.width = `${Math.min(100, (100 * cold) / courier.capacity_bags)}%`;
    box.append(head, load, chilled);
    for (const stop of trip.stops) box.append(this.stop(courier, trip, stop, left));
    return box;
  }

  stop(courier, trip, stop, left) {
    const says = fill(this.texts.stop_label, { stairwell: stop.stairwell, time: clock(stop.arrival_s), bags: stop.bags });
    const label = stop.lock ? `${says}, ${this.texts.locked}` : says;
    const button = make("button", { type: "button", class: stop.lock ? "g-stop locked" : "g-stop", "data-item": true, "data-stop": stop.id, "data-stairwell": stop.stairwell, tabindex: "-1", title: label, "aria-label": label }, String(stop.bags));
    button.style.left = `${this.x(stop.arrival_s) - left}px`;
    button.style.width = `${Math.max(10, this.x(stop.leave_s) - this.x(stop.arrival_s))}px`;
    this.items.set(button, { courier, trip, stop });
    return button;
  }

  listen() {
    this.listening = true;
    this.place.addEventListener("click", (event) => {
      const button = event.target.closest("[data-item]");
      if (!button || this.dragged) return;
      this.focus(button);
      const item = this.items.get(button);
      if (item.stop) this.deeds.show(item);
      this.deeds.open(item);
    });
    this.place.addEventListener("keydown", (event) => this.key(event));
    if (this.editable) this.place.addEventListener("pointerdown", (event) => this.press(event));
  }

  focus(button) {
    for (const one of this.items.keys()) one.tabIndex = one === button ? 0 : -1;
    button.focus();
    button.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  focusStairwell(code) {
    const found = this.place.querySelector(`[data-stairwell="${CSS.escape(code)}"]`);
    if (found) this.focus(found);
  }

  key(event) {
    const now = event.target.closest("[data-item]");
    if (!now) return;
    const line = now.closest(".g-line");
    const row = [...line.querySelectorAll("[data-item]")];
    const at = row.indexOf(now);
    let to = null;
    if (event.key === "ArrowRight") to = row[at + 1];
    else if (event.key === "ArrowLeft") to = row[at - 1];
    else if (event.key === "Home") to = row[0];
    else if (event.key === "End") to = row[row.length - 1];
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") to = this.beside(now, line, event.key === "ArrowDown" ? 1 : -1);
    else return;
    event.preventDefault();
    if (to) this.focus(to);
  }

  beside(now, line, by) {
    const lines = [...this.place.querySelectorAll(".g-line")].filter((one) => one.querySelector("[data-item]"));
    const other = lines[lines.indexOf(line) + by];
    if (!other) return null;
    const x = now.getBoundingClientRect().left;
    const near = [...other.querySelectorAll("[data-item]")];
    return near.sort((a, b) => Math.abs(a.getBoundingClientRect().left - x) - Math.abs(b.getBoundingClientRect().left - x))[0];
  }

  press(event) {
    const button = event.target.closest("[data-stop]");
    const item = button && this.items.get(button);
    if (!item || item.stop.lock || event.button !== 0) return;
    const begin = [event.clientX, event.clientY];
    let ghost = null;
    let over = null;
    this.dragged = false;
    const move = (to) => {
      if (!ghost && Math.hypot(to.clientX - begin[0], to.clientY - begin[1]) < DRAGGED) return;
      if (!ghost) {
        this.dragged = true;
        ghost = make("div", { class: "ghost" }, `${item.stop.stairwell} · ${item.stop.bags}`);
        document.body.append(ghost);
        button.classList.add("dragging");
      }
      ghost.style.left = `${to.clientX + 12}px`;
      ghost.style.top = `${to.clientY + 12}px`;
      over?.classList.remove("over");
      over = document.elementFromPoint(to.clientX, to.clientY)?.closest(".g-trip");
      over?.classList.add("over");
    };
    const end = (to) => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      over?.classList.remove("over");
      button.classList.remove("dragging");
      ghost?.remove();
      if (ghost && to.type === "pointerup") this.drop(item, to);
      setTimeout(() => (this.dragged = false)); // the click that follows is no click
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  }

  drop(item, to) {
    const under = document.elementFromPoint(to.clientX, to.clientY);
    const trip = under?.closest(".g-trip");
    const line = under?.closest(".g-line");
    if (!line) return;
    const courier = this.couriers.find((one) => one.code === line.dataset.courier);
    const target = { courier: courier.code, trip: trip ? Number(trip.dataset.trip) : courier.trips.length + 1, dropped: true };
    if (trip) {
      const others = [...trip.querySelectorAll("[data-stop]")].filter((one) => one.dataset.stop !== item.stop.id);
      target.position = 1 + others.filter((one) => one.getBoundingClientRect().left < to.clientX).length;
    }
    this.deeds.drop(item.stop, target);
  }
}
