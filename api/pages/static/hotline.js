// The hotline desk by keyboard: address, candidates, words, read back, send, next household.
import { call, given, newKey, Problem, say, sayProblem } from "./net.js";
import {
  byId, dayOf, emptyBack, fill, readBack, readLast, runWords, showCandidates, showCard,
} from "./hotline-view.js";

const t = given("texts");
const TYPING = 350; // ms without a key before words are read: faster than anybody reads back
const TIMES = "supplyloop-hotline-times";

let card = null; // of the household that speaks
let room = ""; // as it was understood, for the place that is chosen next
let repeating = false; // last time's list was read back, F4 sends it
let twice = new Set(); // words that are wanted a second time
let asking = 0;
let timer = 0;
let began = 0;
let key = newKey(); // one for what is being written, the same when it is sent again
let errandKey = newKey();

const district = () => byId("district");
const name = () => (district() ? district().value : "");
const zone = () => {
  const of = district();
  return (of?.selectedOptions ? of.selectedOptions[0] : of)?.dataset.zone || "UTC";
};
const address = (path) => `/api/v1/districts/${encodeURIComponent(name())}${path}`;

/* ---- 1 which household ---- */
async function find(said, within = "") {
  const turn = ++asking;
  const query = new URLSearchParams({ said, within });
  const found = await call("GET", `${address("/households/find")}?${query}`);
  if (turn !== asking) return;
  room = found.room;
  byId("asked").textContent = found.asked || (found.candidates.length ? "" : t.none_found);
  byId("asked").hidden = !byId("asked").textContent;
  const [first] = found.candidates;
  if (found.sure && first?.kind === "household") return open(first.code);
  byId("card").hidden = true;
  showCandidates(found, choose);
  if (!found.candidates.length) byId("address").select();
}

const choose = doing((one) => (one.kind === "household" ? open(one.code) : find(room || "", one.code)));

async function open(code) {
  if (!(await read(code))) return;
  byId("candidates").hidden = true;
  byId("asked").hidden = true;
  freshWords();
  for (const id of ["text", "errand", "urgent", "link"]) byId(id).disabled = false;
  byId("text").focus();
}

async function read(code) {
  const turn = ++asking;
  const seen = await call("GET", `/api/v1/households/${encodeURIComponent(code)}/card`);
  if (turn !== asking) return false;
  card = seen;
  showCard(card, t);
  byId("run").textContent = runWords(card, zone(), t);
  byId("run").className = card.run && !card.missed ? "small" : "ask";
  byId("send").disabled = byId("repeat").disabled = !card.run;
  return true;
}

// The cut-off may come while somebody speaks: the words stay, and the run that takes them is named.
async function inTime(deed) {
  try {
    return await deed();
  } catch (error) {
    if (error.code === "list.after-cut-off" && card) await read(card.code);
    throw error;
  }
}

function freshWords() {
  byId("text").value = "";
  repeating = false;
  twice = new Set();
  key = newKey();
  errandKey = newKey();
  emptyBack(t);
  shutPanels();
}

function next() {
  card = null;
  asking++;
  freshWords();
  for (const id of ["text", "send", "repeat", "errand", "urgent", "link"]) byId(id).disabled = true;
  for (const id of ["card", "candidates", "asked"]) byId(id).hidden = true;
  byId("run").textContent = "";
  byId("run").className = "small";
  byId("address").value = "";
  byId("address").focus();
  began = 0;
  byId("clock").value = "0:00";
}

/* ---- 2 and 3 the words, and what is read back ---- */
function typed() {
  clearTimeout(timer);
  repeating = false;
  key = newKey();
  timer = setTimeout(doing(preview), TYPING);
}

async function preview() {
  clearTimeout(timer);
  const text = byId("text").value.trim();
  if (!card) return null;
  if (!text) {
    emptyBack(t);
    return null;
  }
  const turn = ++asking;
  const seen = await call("POST", "/api/v1/lists/preview", { body: { household: card.code, text } });
  if (turn === asking) readBack({ ...seen, doubts: seen.doubts.filter((one) => !twice.has(one.said)) }, t, answer);
  return seen;
}

// A doubt that was asked: put clear words in the place of those that are not.
function answer(one, what, value) {
  const field = byId("text");
  if (what === "twice") twice.add(one.said);
  else {
    const clear = what === "item" ? `${value}${one.quantity || 1}${one.unit}`
      : what === "unit" ? `${one.item}${one.quantity}${value}` : "";
    field.value = one.again && what === "drop" ? without(field.value, one.said)
      : field.value.includes(one.said) ? field.value.replace(one.said, clear) : `${field.value}\n${clear}`;
    field.value = field.value.replace(/[,，、;；\s]*([,，、;；\n])[,，、;；\s]*/g, "$1").replace(/^[,，、;；\s]+|[,，、;；\s]+$/g, "");
    key = newKey();
  }
  field.focus();
  doing(preview)();
}

// A list that was asked for a second time is told in its lines, joined by ；.
function without(text, said) {
  return said.split("；").reduce((rest, words) => rest.replace(words, ""), text);
}

const send = doing(async () => {
  if (!card || !card.run) return say(card ? t.run_none : t.need_home);
  const text = byId("text").value.trim();
  if (!text) return say(t.need_text);
  const body = { household: card.code, text, run: card.run.code };
  const sent = await inTime(() => call("POST", "/api/v1/lists", { body, key }));
  const wanted = sent.questions.filter((one) => one.state === "open" && twice.has(one.said));
  for (const one of wanted) await call("POST", `/api/v1/triage/${one.id}/settle`, { body: {} });
  const still = wanted.length ? await call("GET", `/api/v1/lists/${sent.id}`) : sent;
  listDone(still);
});

const repeat = doing(async () => {
  if (!card || !card.run) return say(card ? t.run_none : t.need_home);
  if (byId("text").value.trim()) return say(t.repeat_text_first);
  if (!card.last) return say(t.last_none);
  if (!repeating) {
    repeating = true;
    return readLast(card.last, t);
  }
  listDone(await call("POST", "/api/v1/lists/repeat", { body: { household: card.code }, key }));
});

function listDone(sent) {
  const waits = sent.questions.filter((one) => one.state === "open").length;
  const said = sent.state === "cancelled"
    ? fill(t.done_changed, { address: card.address })
    : fill(t.done_list, { address: card.address, count: sent.lines.length, day: dayOf(card.run.day, t), wave: card.run.wave });
  finished(said + (waits ? ` · ${fill(t.done_waits, { count: waits })}` : ""));
}

function finished(said) {
  const seconds = began ? Math.round((performance.now() - began) / 1000) : 0;
  const times = [...JSON.parse(sessionStorage.getItem(TIMES) || "[]"), seconds];
  sessionStorage.setItem(TIMES, JSON.stringify(times));
  const average = Math.round(times.reduce((sum, one) => sum + one, 0) / times.length);
  byId("times").textContent = `${fill(t.clock_last, { seconds })} · ${fill(t.clock_average, { count: times.length, seconds: average })}`;
  byId("done").textContent = said;
  byId("done").hidden = false;
  next();
}

/* ---- errands and links ---- */
function shutPanels() {
  byId("errand-panel").hidden = byId("link-panel").hidden = true;
  byId("link-told").hidden = true;
  byId("link-text").textContent = "";
}

function openErrand(urgent) {
  if (!card) return say(t.need_home);
  shutPanels();
  byId("errand-panel").hidden = false;
  byId("urgent-hint").hidden = !urgent;
  byId("kind").value = urgent ? "medicine" : byId("kind").value;
  byId("due").value = urgent ? "2" : "";
  byId("errand-said").value = byId("text").value.trim();
  byId("doctor").textContent = card.doctor ? fill(t.doctor_is, { doctor: card.doctor }) : t.doctor_none;
  byId("doctor").hidden = byId("kind").value !== "medicine";
  byId(urgent ? "errand-said" : "kind").focus();
}

const sendErrand = doing(async () => {
  const said = byId("errand-said").value.trim();
  if (!said) return byId("errand-said").focus();
  const hours = Number(byId("due").value);
  const kind = byId("kind").value;
  // The instant is taken once, so that the same errand sent again is the same.
  const form = byId("errand-panel");
  const told = JSON.stringify([kind, said, hours, errandKey]);
  if (form.dataset.told !== told) {
    form.dataset.told = told;
    form.dataset.due = hours ? new Date(Date.now() + hours * 3_600_000).toISOString() : "";
  }
  const body = { household: card.code, kind, said, due_at: form.dataset.due || null };
  try {
    await call("POST", "/api/v1/errands", { body, key: errandKey });
  } catch (error) {
    if (error instanceof Problem) errandKey = newKey();
    throw error;
  }
  finished(fill(t.done_errand, { address: card.address, kind: t.kinds[kind] }));
});

const makeLink = doing(async () => {
  const body = { role: "household", household: card.code };
  const made = await call("POST", address("/links"), { body });
  const text = fill(t.link_text, { url: new URL(made.path, location.href).href });
  byId("link-text").textContent = text;
  byId("link-sms").href = `sms:?body=${encodeURIComponent(text)}`;
  byId("link-told").hidden = false;
  byId("link-sms").focus();
});

function openLink() {
  if (!card) return say(t.need_home);
  shutPanels();
  byId("link-panel").hidden = false;
  byId("link-make").focus();
}

/* ---- keys ---- */
function doing(deed) {
  return async (...given) => {
    try {
      return await deed(...given);
    } catch (error) {
      sayProblem(error);
      return null;
    }
  };
}

const KEYS = { F2: send, F4: repeat, F8: () => openErrand(false), F9: () => openErrand(true) };

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.repeat) return; // an input method's own keys
  if (event.altKey && event.code === "KeyK") {
    event.preventDefault();
    openLink();
  } else if (event.altKey && event.code === "KeyQ") {
    event.preventDefault();
    byId("doubts").querySelector("button")?.focus();
  } else if (event.key in KEYS && !event.altKey && !event.ctrlKey) {
    event.preventDefault();
    KEYS[event.key]();
  } else if (event.key === "Enter" && event.ctrlKey && event.target.id === "text") {
    event.preventDefault();
    send();
  } else if (event.key === "Escape") {
    event.preventDefault();
    if (!byId("errand-panel").hidden || !byId("link-panel").hidden) {
      shutPanels();
      byId("text").focus();
    } else next();
  }
});

byId("candidates").addEventListener("keydown", (event) => {
  const options = [...byId("candidates").children];
  const at = options.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: options.length - 1 }[event.key];
  if (/^[1-9]$/.test(event.key)) options[Number(event.key) - 1]?.click();
  else if (event.key === "Enter") options[at]?.click();
  else if (to !== undefined && options[to]) {
    options.forEach((one, n) => {
      one.tabIndex = n === to ? 0 : -1;
      one.setAttribute("aria-selected", String(n === to));
    });
    options[to].focus();
  } else return;
  event.preventDefault();
});

byId("find").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = byId("address").value.trim();
  if (said) doing(find)(said);
});
byId("address").addEventListener("input", () => {
  began ||= performance.now();
  byId("done").hidden = true;
});
byId("text").addEventListener("input", (event) => event.isComposing || typed());
byId("text").addEventListener("compositionend", typed);
byId("send").addEventListener("click", send);
byId("repeat").addEventListener("click", repeat);
byId("errand").addEventListener("click", () => openErrand(false));
byId("urgent").addEventListener("click", () => openErrand(true));
byId("link").addEventListener("click", openLink);
byId("again").addEventListener("click", next);
byId("kind").addEventListener("change", () => (byId("doctor").hidden = byId("kind").value !== "medicine"));
byId("errand-panel").addEventListener("submit", (event) => {
  event.preventDefault();
  sendErrand();
});
byId("link-make").addEventListener("click", makeLink);
byId("link-print").addEventListener("click", () => print());
document.querySelectorAll(".shut").forEach((one) => one.addEventListener("click", () => {
  shutPanels();
  byId("text").focus();
}));
setInterval(() => {
  if (!began) return;
  const seconds = Math.floor((performance.now() - began) / 1000);
  byId("clock").value = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}, 1000);
