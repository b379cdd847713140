// What makes a household's pages quicker; each of them works without it.
import { given, say } from "./net.js";

const texts = given("texts");
const OUTBOX = "supplyloop-outbox";
const WORDS = "supplyloop-words";
const KEPT_MS = 3 * 24 * 3600 * 1000;

// A phone may refuse to keep anything: then nothing is kept.
function kept(name) {
  try {
    return JSON.parse(localStorage.getItem(name) || "null");
  } catch {
    return null;
  }
}
function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

// + and − without loading the page again; the amount is kept by the form as it is sent.
function step(button) {
  const input = button.closest(".stepper").querySelector("input[type=number]");
  const by = Number(input.dataset.step) * (button.name === "plus" ? 1 : -1);
  const now = Math.max(0, (Number(input.value) || 0) + by);
  input.value = now ? String(Math.round(now * 100) / 100) : "";
  input.dispatchEvent(new Event("change", { bubbles: true }));
  say(`${input.getAttribute("aria-label")}: ${input.value || 0}`, 1500);
}
document.addEventListener("click", (event) => {
  const button = event.target.closest(".stepper button");
  if (!button) return;
  event.preventDefault();
  step(button);
});

// What was picked is kept on the way, so that a closed page loses nothing.
for (const form of document.querySelectorAll("form[data-autosave]")) {
  let waiting = 0;
  const save = () => {
    clearTimeout(waiting);
    waiting = 0;
    fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true, redirect: "manual" }).catch(() => {});
  };
  form.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, 1200);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
  addEventListener("pagehide", () => waiting && save());
}

// Words that were typed while there was no network come back.
const box = document.querySelector("form[data-draft] textarea");
if (box) {
  const before = kept(WORDS);
  if (before && !box.value && Date.now() - before.at < KEPT_MS) {
    box.value = before.text;
    say(texts.restored);
  }
  box.addEventListener("input", () => keep(WORDS, { text: box.value, at: Date.now() }));
  box.form.addEventListener("submit", () => navigator.onLine && keep(WORDS, null));
}

// Speaking, where the browser can listen; the keyboard's own dictation works everywhere.
const Listening = window.SpeechRecognition || window.webkitSpeechRecognition;
const speak = document.getElementById("speak");
if (speak && Listening) {
  let ear = null;
  speak.hidden = false;
  speak.addEventListener("click", () => {
    if (ear) return ear.stop();
    ear = new Listening();
    ear.lang = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en-GB";
    ear.continuous = true;
    ear.onresult = (event) => {
      const said = Array.from(event.results).slice(event.resultIndex).map((one) => one[0].transcript).join(" ");
      box.value = `${box.value} ${said}`.trim();
      box.dispatchEvent(new Event("input"));
    };
    ear.onend = () => {
      ear = null;
      speak.setAttribute("aria-pressed", "false");
      speak.textContent = texts.speak;
    };
    ear.onerror = (event) => say(event.error);
    ear.start();
    speak.setAttribute("aria-pressed", "true");
    speak.textContent = texts.speaking;
  });
}

// One deed, one key: what could not be sent waits on the phone and is sent once.
async function send(deed) {
  const answer = await fetch(deed.path, {
    method: "POST",
    body: new URLSearchParams(deed.fields),
    headers: { Accept: "text/html" },
  });
  if (answer.status >= 500) throw new Error(String(answer.status));
  return answer;
}
function wait(deed) {
  keep(OUTBOX, deed);
  say(texts.offline, 0);
  const place = document.getElementById("pending");
  if (place) {
    place.textContent = texts.pending;
    place.hidden = false;
  }
}
let under = false;
async function trySending() {
  const deed = kept(OUTBOX);
  if (!deed || under) return;
  under = true;
  try {
    const answer = await send(deed);
    keep(OUTBOX, null);
    location.assign(answer.ok ? answer.url : deed.back);
  } catch {
    wait(deed);
  } finally {
    under = false;
  }
}
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button.primary");
    const deed = { path: form.getAttribute("action"), fields: [...new FormData(form)], back: location.pathname };
    button.disabled = true;
    try {
      const answer = await send(deed);
      if (answer.ok) return location.assign(answer.url);
      form.submit(); // with the same key: the page says what is wrong
    } catch {
      wait(deed);
      button.disabled = false;
    }
  });
}
addEventListener("online", trySending);
setInterval(trySending, 20000);
trySending();

// How long it is until the cut-off.
function count() {
  for (const place of document.querySelectorAll("[data-until]")) {
    const minutes = Math.floor((new Date(place.dataset.until) - Date.now()) / 60000);
    if (minutes < 0) {
      place.textContent = "";
      continue;
    }
    const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60)];
    const text = days ? texts.left.days : hours ? texts.left.hours : texts.left.minutes;
    place.textContent = text
      .replace("{days}", days)
      .replace("{hours}", days ? hours % 24 : hours)
      .replace("{minutes}", minutes % 60);
  }
}
setInterval(count, 30000);
