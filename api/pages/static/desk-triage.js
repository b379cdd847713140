// One press settles one entry; everything can be done by keys alone.
import { call, given, say, sayProblem } from "./net.js";

const texts = given("texts").triage;
const queue = document.getElementById("queue");
const left = document.getElementById("left");

const entries = () => [...(queue?.querySelectorAll(".entry") ?? [])];

function focusOn(entry) {
  if (!entry) return;
  for (const one of entries()) one.tabIndex = one === entry ? 0 : -1;
  entry.focus();
  entry.scrollIntoView({ block: "nearest" });
}

function taken(entry, text) {
  const all = entries();
  const at = all.indexOf(entry);
  const next = all[at + 1] || all[at - 1];
  entry.remove();
  left.textContent = texts.left.replace("{n}", entries().length);
  say(text.replace("{said}", entry.dataset.said));
  if (next) focusOn(next);
  else location.reload();
}

async function settle(entry, item) {
  const form = entry.querySelector("form");
  const said = new FormData(form);
  const body = { item: item || said.get("item") || null, teach: said.get("teach") !== null };
  if (said.get("quantity")) body.quantity = said.get("quantity");
  if (said.get("unit")) body.unit = said.get("unit");
  if (said.get("household")) body.household = said.get("household");
  try {
    await call("POST", `/api/v1/triage/${entry.dataset.id}/settle`, { body });
    taken(entry, texts.settled);
  } catch (error) {
    sayProblem(error);
  }
}

async function discard(entry) {
  const reason = prompt(texts.discard_reason, texts.default_reason);
  if (!reason) return;
  try {
    await call("POST", `/api/v1/triage/${entry.dataset.id}/discard`, { body: { reason } });
    taken(entry, texts.discarded);
  } catch (error) {
    sayProblem(error);
  }
}

queue?.addEventListener("click", (event) => {
  const entry = event.target.closest(".entry");
  const candidate = event.target.closest("[data-item]");
  if (candidate) settle(entry, candidate.dataset.item);
  else if (event.target.closest("[data-discard]")) discard(entry);
});
queue?.addEventListener("submit", (event) => {
  event.preventDefault();
  settle(event.target.closest(".entry"));
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, button, a") && event.key !== "Escape") return;
  const all = entries();
  if (!all.length) return;
  const now = document.activeElement.closest?.(".entry");
  const at = all.indexOf(now);
  if (event.key === "j") focusOn(all[Math.min(at + 1, all.length - 1)]);
  else if (event.key === "k") focusOn(all[Math.max(at - 1, 0)]);
  else if (event.key === "Escape") focusOn(event.target.closest(".entry") || all[0]);
  else if (!now) return;
  else if (/^[1-9]$/.test(event.key)) now.querySelectorAll(".candidate")[event.key - 1]?.click();
  else if (event.key === "Enter") settle(now);
  else if (event.key === "t") {
    const teach = now.querySelector("[name=teach]");
    if (teach) teach.checked = !teach.checked;
  } else if (event.key === "x") discard(now);
  else return;
  event.preventDefault();
});
