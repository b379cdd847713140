// Suppose something, plan again beside what is, and lay both side by side.
import { call, given, make, newKey, say, sayProblem } from "./net.js";
import { fill } from "./desk-words.js";
import { watchJob } from "./desk-job.js";

const texts = given("texts").whatif;
const verdicts = given("texts").verdicts;
const states = given("texts").plan.job_state;
const base = `/api/v1/runs/${encodeURIComponent(given("given").run)}`;
const form = document.getElementById("suppose");
const place = document.getElementById("result");

const MORE_IS_BETTER = ["bags", "households"];
const NEITHER = ["couriers", "trips"];
const SHOWN = ["bags", "households", "left_out", "contacts", "excess_faces", "faces", "travel_s", "distance_m", "couriers", "trips"];
const SAID = { travel_s: (n) => Math.round(n / 60), distance_m: (n) => (n / 1000).toFixed(1) };

function verdict(name, now, then) {
  if (now === then) return "same";
  if (NEITHER.includes(name)) return "other";
  return MORE_IS_BETTER.includes(name) === then > now ? "better" : "worse";
}

function table({ before, after }) {
  const head = make("tr", {}, make("th", { scope: "col" }, texts.figure), make("th", { scope: "col", class: "number" }, texts.now), make("th", { scope: "col", class: "number" }, texts.then), make("th", { scope: "col" }, texts.verdict));
  const rows = SHOWN.map((name) => {
    const said = SAID[name] || String;
    const word = verdict(name, before[name], after[name]);
    const look = { better: "badge good", worse: "badge bad" }[word] || "badge";
    return make("tr", {}, make("th", { scope: "row" }, texts.figures[name]), make("td", { class: "number" }, String(said(before[name]))), make("td", { class: "number" }, String(said(after[name]))), make("td", {}, make("span", { class: look }, verdicts[word])));
  });
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
}

function show(found) {
  const parts = [make("h3", {}, texts.result)];
  if (found.away.length) parts.push(make("p", {}, fill(texts.away, { list: found.away.join(", ") })));
  const touched = Object.entries(found.effects).filter(([, list]) => list.length);
  if (touched.length) parts.push(make("p", {}, `${texts.effects}: ${touched.map(([name, list]) => `${texts.effect[name] || name} ${list.length}`).join(" · ")}`));
  if (found.before && found.after) parts.push(make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": texts.result }, table(found)));
  if (found.moved.length) {
    const list = make("ul");
    for (const one of found.moved.slice(0, 200)) list.append(make("li", {}, `${one.stairwell}: ${one.before.join(" ") || "—"} → ${one.after.join(" ") || "—"}`));
    parts.push(make("details", {}, make("summary", {}, fill(texts.moved, { n: found.moved.length })), list));
  }
  place.replaceChildren(make("section", { class: "card" }, ...parts));
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = new FormData(form);
  const body = { kind: "what-if", limit_s: Number(said.get("limit")), couriers: said.get("couriers").trim() };
  if (said.get("gate")) body.gates = [said.get("gate")];
  if (said.get("place")) body.zones = [{ place: said.get("place"), zone: said.get("zone") }];
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const asked = await call("POST", `${base}/jobs`, { body, key: newKey() });
    const job = await watchJob(asked.id);
    if (job.result) show(job.result);
    else say(`${states[job.state] || job.state}: ${job.problem?.title || job.problem?.code || ""}`, 12000);
  } catch (error) {
    sayProblem(error);
  }
  button.disabled = false;
});
