// What every tab has: live counts, and the buttons of the run's next step.
import { call, given, say, sayProblem } from "./net.js";

const texts = given("texts");
const { run } = given("given");
const base = `/api/v1/runs/${encodeURIComponent(run)}`;

for (const button of document.querySelectorAll("[data-step]")) {
  button.addEventListener("click", async () => {
    const step = button.dataset.step;
    const name = button.textContent.trim();
    const ask = button.dataset.ask || texts.step_confirm.replace("{step}", name);
    if (!confirm(ask)) return;
    button.disabled = true;
    try {
      await call("POST", `${base}/${step}`);
      sessionStorage.setItem("desk-said", texts.step_done.replace("{step}", name));
      location.reload();
    } catch (error) {
      button.disabled = false;
      sayProblem(error);
    }
  });
}

const kept = sessionStorage.getItem("desk-said");
if (kept) {
  sessionStorage.removeItem("desk-said");
  say(kept);
}

// Numbers come by server-sent events; where these do not come through, the desk asks.
const live = document.getElementById("live");
let polling = 0;
let known = "";

function heard(data) {
  for (const cell of document.querySelectorAll("dd[data-what]")) {
    const count = data[cell.dataset.what]?.[cell.dataset.state];
    if (count !== undefined) cell.textContent = count;
  }
  const open = data.triage?.open ?? 0;
  const badge = document.querySelector("[data-tab=triage] [data-count]");
  if (badge) badge.firstChild.textContent = open;
  const now = JSON.stringify(data);
  if (known && now !== known) say(texts.changed, 3000);
  known = now;
}

async function poll() {
  try {
    const desk = await call("GET", `${base}/desk`);
    heard(desk.counts);
  } catch {
    return; // it is asked again; what is on the page stays readable
  }
}

function watch() {
  const source = new EventSource(`${base}/events/stream`);
  source.addEventListener("open", () => {
    live.textContent = texts.live;
    clearInterval(polling);
    polling = 0;
  });
  source.addEventListener("changed", (event) => heard(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    live.textContent = texts.polling;
    if (!polling) polling = setInterval(poll, 15000);
  });
}
if (live) watch();
