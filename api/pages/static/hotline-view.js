// What stands on the hotline desk: candidates, a household's card, what is read back.
import { make } from "./net.js";

export const byId = (id) => document.getElementById(id);

export function fill(text, facts) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(facts[name] ?? ""));
}

// A date as people say it: 11月30日 周一, Mon 30 Nov.
export function dayOf(said, t) {
  const date = new Date(`${said}T00:00:00Z`);
  const weekday = t.weekdays[(date.getUTCDay() + 6) % 7];
  const month = t.months[date.getUTCMonth()];
  const chinese = document.documentElement.lang.startsWith("zh");
  return chinese ? `${month}${date.getUTCDate()}日 ${weekday}` : `${weekday} ${date.getUTCDate()} ${month}`;
}

// An instant in the district's zone; its day is said where it is not today.
export function clockOf(at, zone, t) {
  const local = (when) => new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: zone }).format(when);
  const [day, clock] = local(new Date(at)).split(" ");
  return day === local(new Date()).split(" ")[0] ? clock : `${dayOf(day, t)} ${clock}`;
}

export function runWords(card, zone, t) {
  if (!card.run) return t.run_none;
  const next = { day: dayOf(card.run.day, t), wave: card.run.wave, cutoff: clockOf(card.run.cutoff_at, zone, t) };
  if (!card.missed) return fill(t.run_next, next);
  return fill(t.run_missed, {
    day: dayOf(card.missed.day, t), wave: card.missed.wave,
    next_day: next.day, next_wave: next.wave, cutoff: next.cutoff,
  });
}

export function showCandidates(found, choose) {
  const box = byId("candidates");
  box.replaceChildren(...found.candidates.map((one, n) =>
    make("div", { role: "option", tabindex: n ? -1 : 0, "aria-selected": n === 0 ? "true" : "false", onclick: () => choose(one) },
      make("span", { class: "number", "aria-hidden": "true" }, n < 9 ? String(n + 1) : ""),
      make("span", { class: "where" }, one.address),
      make("span", { class: "code", translate: "no" }, one.code),
      make("span", { class: "small" }, one.explained))));
  box.hidden = found.candidates.length === 0;
  box.firstElementChild?.focus();
}

export function showCard(card, t) {
  const part = (title, lines, empty) => [
    make("h4", {}, title),
    ...(lines.length ? [make("ul", {}, ...lines.map((line) => make("li", {}, line)))] : [make("p", { class: "small" }, empty)]),
  ];
  const of = (list) => {
    const words = list.lines.join(t.and) + (list.waiting.length ? ` · ${fill(t.waiting, { words: list.waiting.join(t.and) })}` : "");
    return `${t.channels[list.channel] || list.channel}: ${words}`;
  };
  const here = [
    make("h3", {}, card.address),
    make("p", { class: "small" },
      make("span", { translate: "no" }, card.code), ` · ${fill(t.persons, { count: card.persons })}`,
      card.standing && card.standing !== "here" ? ` · ${t[`standing_${card.standing}`]}` : ""),
  ];
  if (card.needs.length) {
    here.push(make("p", { class: "needs" }, `${t.needs} `, ...card.needs.flatMap((need) => [
      make("span", { class: "badge warn" }, (t.need_words[need.need] || need.need) + (need.detail ? `: ${need.detail}` : "")), " "])));
  }
  if (card.withheld) here.push(make("p", { class: "small" }, t.withheld));
  if (card.steward) here.push(make("p", {}, fill(t.steward_is, { steward: card.steward }),
    card.deputy ? ` · ${fill(t.deputy_is, { deputy: card.deputy })}` : ""));
  here.push(...part(t.lists_now, card.lists.filter((one) => !one.missed).map(of), t.lists_none));
  const missed = card.lists.filter((one) => one.missed);
  if (missed.length) here.push(...part(t.lists_missed, missed.map(of), ""));
  here.push(...part(t.last, card.last ? [card.last.lines.join(t.and)] : [], t.last_none));
  if (card.errands.length) here.push(...part(t.errands_open, card.errands.map((one) =>
    `${t.kinds[one.kind]}: ${one.said} · ${t.errand_states[one.state]}`), ""));
  byId("card").replaceChildren(...here);
  byId("card").hidden = false;
}

function sentences(lead, lines, t) {
  return [
    make("p", { class: "small" }, lead),
    make("ul", {}, ...lines.map((line) => make("li", {}, line))),
    make("p", {}, fill(t.back_total, { count: lines.length })),
  ];
}

export function readBack(seen, t, answer) {
  const back = byId("back");
  if (seen.read_back.length) back.replaceChildren(...sentences(t.back_lead, seen.read_back, t));
  else back.replaceChildren(make("p", { class: "small" }, seen.doubts.length ? t.nothing_back : t.back_empty));
  const asked = seen.doubts.map((one) => doubt(one, t, answer));
  byId("doubts").replaceChildren(
    ...(asked.length ? [make("h3", {}, fill(t.doubts_lead, { count: asked.length })), ...asked,
      make("p", { class: "small" }, t.will_wait)] : []));
}

function doubt(one, t, answer) {
  const choices = [];
  const button = (text, what, value) =>
    make("button", { type: "button", onclick: () => answer(one, what, value) }, text);
  if (one.tells) choices.push(make("p", { class: "small" }, t.tells));
  else if (one.again) choices.push(button(t.wanted_twice, "twice"), button(t.leave_out, "drop"));
  else {
    choices.push(...one.choices.map((choice) => button(fill(t.use, { name: choice.name }), "item", choice.item)));
    choices.push(...one.units.map((unit) => button(`${one.quantity}${unit}`, "unit", unit)));
    choices.push(button(t.leave_out, "drop"));
  }
  return make("div", { class: "doubt" }, make("p", {}, one.question), make("div", { class: "row" }, ...choices));
}

export function readLast(last, t) {
  byId("back").replaceChildren(...sentences(t.repeat_lead, last.lines, t), make("p", {}, make("strong", {}, t.repeat_confirm)));
  byId("doubts").replaceChildren();
}

export function emptyBack(t) {
  byId("back").replaceChildren(make("p", { class: "small" }, t.back_empty));
  byId("doubts").replaceChildren();
}
