// The count grid: keys up and down, differences said at once; and decisions about lots.
import { call, given, newKey, sayProblem } from "./net.js";

const texts = given("texts").receiving;
const states = given("texts").count_states;
const run = encodeURIComponent(given("given").run);
const number = (input) => (input.value.trim() === "" ? null : Number(input.value));

function differ(row) {
  const counted = number(row.querySelector("[name=quantity]"));
  const place = row.querySelector(".difference");
  place.className = "difference";
  if (counted === null || Number.isNaN(counted)) {
    place.textContent = "";
    return;
  }
  const off = Number(row.dataset.received) + counted - Number(row.dataset.ordered);
  const name = off < 0 ? "short" : off > 0 ? "over" : "even";
  place.classList.add(name);
  place.textContent = texts[name].replace("{n}", Math.abs(off).toLocaleString());
}

function counts(form) {
  const found = [];
  for (const row of form.querySelectorAll("tr[data-item]")) {
    const quantity = number(row.querySelector("[name=quantity]"));
    if (quantity === null) continue;
    const one = { item: row.dataset.item, quantity_base: quantity };
    const damaged = number(row.querySelector("[name=damaged]"));
    const weight = number(row.querySelector("[name=weight]"));
    const provenance = row.querySelector("[name=provenance]").value.trim();
    if (damaged) one.damaged_base = damaged;
    if (weight) one.weight_g = weight;
    if (provenance) one.provenance = provenance;
    found.push(one);
  }
  return found;
}

async function send(form, body) {
  form.dataset.key ||= newKey();
  try {
    await call("POST", `/api/v1/orders/${form.dataset.order}/receipts`, { body, key: form.dataset.key });
    sessionStorage.setItem("desk-said", texts.saved.replace("{order}", form.dataset.code));
    location.reload();
  } catch (error) {
    delete form.dataset.key; // other counts are another receipt
    sayProblem(error);
  }
}

for (const form of document.querySelectorAll("form.receipt")) {
  form.addEventListener("input", (event) => {
    const row = event.target.closest("tr[data-item]");
    if (row) differ(row);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = { counts: counts(form) };
    if (body.counts.length) send(form, body);
  });
  form.querySelector("[data-fill]").addEventListener("click", () => {
    for (const row of form.querySelectorAll("tr[data-item]")) {
      const input = row.querySelector("[name=quantity]");
      if (!input.value) input.value = Math.max(0, row.dataset.ordered - row.dataset.received);
      differ(row);
    }
  });
  form.querySelector("[data-nothing]").addEventListener("click", () => {
    if (confirm(texts.nothing_confirm.replace("{order}", form.dataset.code))) send(form, { counts: [] });
  });
  form.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (!cell || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
    const row = cell.parentElement;
    const to = event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
    if (event.key === "Enter" && !to) return; // the last row sends
    event.preventDefault();
    to?.children[cell.cellIndex]?.querySelector("input")?.focus();
  });
}

for (const button of document.querySelectorAll("[data-lot]")) {
  button.addEventListener("click", async () => {
    const { lot, name, decision } = button.dataset;
    const reason = prompt(`${texts.decide_title.replace("{what}", button.textContent).replace("{name}", name)} — ${texts.decide_reason}`);
    if (!reason) return;
    const body = { reason };
    if (decision === "release") body.provenance = prompt(texts.provenance) || "";
    try {
      const done = await call("POST", `/api/v1/runs/${run}/lots/${encodeURIComponent(lot)}/${decision}`, { body });
      sessionStorage.setItem("desk-said", texts.decided.replace("{name}", name).replace("{state}", states[done.state] || done.state));
      location.reload();
    } catch (error) {
      sayProblem(error);
    }
  });
}
