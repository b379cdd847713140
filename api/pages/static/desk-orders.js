// Three ways to buy, side by side; one is chosen.
import { call, given, make, sayProblem } from "./net.js";

const texts = given("texts").orders;
const base = `/api/v1/runs/${encodeURIComponent(given("given").run)}`;
const button = document.getElementById("compare");
const place = document.getElementById("options");
const yuan = (fen) => (fen / 100).toLocaleString(undefined, { minimumFractionDigits: 2 });

const ROWS = [
  ["cost", (one) => yuan(one.cost_fen), (one) => one.cost_fen],
  ["shops", (one) => one.shops, (one) => one.shops],
  ["buyers", (one) => one.buyers, (one) => one.buyers],
  ["km", (one) => (one.distance_m / 1000).toFixed(1), (one) => one.distance_m],
  ["short_items", (one) => one.short_items, (one) => one.short_items],
  ["short_lines", (one) => one.short_lines, (one) => one.short_lines],
];

function table(options) {
  const head = make("tr", {}, make("th", { scope: "col" }, texts.option));
  for (const one of options) head.append(make("th", { scope: "col", class: "number" }, texts.options[one.name] || one.name));
  const body = ROWS.map(([name, said, value]) => {
    const least = Math.min(...options.map(value));
    const row = make("tr", {}, make("th", { scope: "row" }, texts[name]));
    for (const one of options) {
      const cell = make("td", { class: "number" }, String(said(one)));
      if (value(one) === least && options.some((other) => value(other) !== least)) {
        cell.append(" ", make("span", { class: "badge good" }, texts.best));
      }
      row.append(cell);
    }
    return row;
  });
  const proof = make("tr", {}, make("th", { scope: "row" }, ""));
  const choose = make("tr", {}, make("th", { scope: "row" }, ""));
  for (const one of options) {
    proof.append(make("td", { class: "number small" }, one.proven ? texts.proven : texts.gap.replace("{gap}", (100 * one.gap).toFixed(1))));
    choose.append(make("td", { class: "number" }, make("button", { class: one.name === "balanced" ? "primary" : "", "data-option": one.name, onclick: () => order(one) }, texts.choose)));
  }
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": texts.compare },
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...body, proof, choose)));
}

async function order(one) {
  const ask = texts.confirm
    .replace("{option}", texts.options[one.name] || one.name)
    .replace("{cost}", yuan(one.cost_fen))
    .replace("{shops}", one.shops)
    .replace("{short}", one.short_items);
  if (!confirm(ask)) return;
  try {
    const done = await call("POST", `${base}/order`, { body: { option: one.name } });
    sessionStorage.setItem("desk-said", texts.chosen.replace("{n}", done.result.orders.length));
    location.reload();
  } catch (error) {
    sayProblem(error);
  }
}

button?.addEventListener("click", async () => {
  button.disabled = true;
  place.replaceChildren(make("p", { role: "status" }, given("texts").loading));
  try {
    const { proposed } = await call("POST", `${base}/order/options`);
    place.replaceChildren(table(proposed.options));
  } catch (error) {
    place.replaceChildren();
    sayProblem(error);
  }
  button.disabled = false;
});
