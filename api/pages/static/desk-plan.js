// The plan: search with live progress, shifts, gates, comparing, choosing and releasing.
import { call, given, make, newKey, say, sayProblem } from "./net.js";
import { clock, fill } from "./desk-words.js";
import { Dialog } from "./desk-dialog.js";
import { Gantt } from "./desk-gantt.js";
import { Moves } from "./desk-moves.js";
import { watchJob } from "./desk-job.js";

const all = given("texts");
const texts = all.plan;
const { run, district } = given("given");
const base = `/api/v1/runs/${encodeURIComponent(run)}`;
const page = `/desk/runs/${encodeURIComponent(run)}/plan`;
const { id, short, figures, job, editable } = given("plan");
const dialog = new Dialog(document.getElementById("dialog"), all);

function arrive(text, address = page) {
  sessionStorage.setItem("desk-said", text);
  location.assign(address);
}

async function follow(jobId) {
  const ended = await watchJob(jobId);
  if (ended.state === "failed") {
    say(`${texts.job_state.failed}: ${ended.problem?.title || ended.problem?.code || ""}`, 12000);
    return;
  }
  arrive(texts.new_plan);
}

document.getElementById("solve")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const limit = Number(new FormData(event.target).get("limit"));
  const seed = 1 + Math.floor(Math.random() * 1e6);
  try {
    const asked = await call("POST", `${base}/jobs`, {
      body: { kind: "plan", limit_s: limit, seed },
      key: newKey(),
    });
    document.getElementById("job").scrollIntoView({ block: "nearest" });
    follow(asked.id);
  } catch (error) {
    sayProblem(error);
  }
});
if (job?.kind === "plan") follow(job.id);

document.getElementById("release")?.addEventListener("click", () => {
  const facts = {
    trips: figures.trips,
    couriers: figures.couriers,
    bags: figures.bags,
    left: figures.bags_left,
    contacts: figures.contacts ?? 0,
    faces: figures.excess_faces ?? 0,
  };
  dialog.ask(fill(texts.release_title, { id: short }), fill(texts.release_says, facts), texts.release, async () => {
    const done = await call("POST", `/api/v1/plans/${id}/release`);
    arrive(fill(texts.released, { trips: done.trips, couriers: done.couriers.length }));
  });
});

for (const button of document.querySelectorAll("[data-choose]")) {
  button.addEventListener("click", async () => {
    try {
      await call("POST", `/api/v1/plans/${button.dataset.choose}/choose`);
      arrive(texts.chosen);
    } catch (error) {
      sayProblem(error);
    }
  });
}

const second = (text) => {
  const [hours, minutes] = text.split(":").map(Number);
  return 3600 * hours + 60 * minutes;
};

document.getElementById("close-gate")?.addEventListener("click", () => {
  const gate = make("input", { name: "gate", list: "gates", required: true, autocomplete: "off" });
  const reason = make("input", { name: "reason" });
  const until = make("input", { name: "until", type: "datetime-local" });
  dialog.form(texts.close_gate, [[texts.gate, gate], [texts.gate_reason, reason], [texts.gate_until, until]], texts.gate_close, async () => {
    const body = { kind: "gate", target: gate.value, since: new Date().toISOString(), reason: reason.value };
    if (until.value) body.until = new Date(until.value).toISOString();
    await call("POST", `/api/v1/districts/${encodeURIComponent(district)}/closures`, { body });
    dialog.close();
    say(fill(texts.gate_closed, { gate: gate.value }), 12000);
  });
});

if (id) {
  const place = document.getElementById("gantt");
  call("GET", `/api/v1/plans/${id}`)
    .then((view) => {
      const moves = new Moves({ view, dialog, texts: all, arrive, follow });
      const gantt = new Gantt(place, view, all, editable, {
        open: (item) => moves.open(item, editable),
        drop: (stop, target) => moves.move(stop, target),
        show: (stop) => document.dispatchEvent(new CustomEvent("desk-stop", { detail: stop })),
      });
      gantt.draw();
      document.addEventListener("desk-stairwell", (event) => gantt.focusStairwell(event.detail));
      for (const button of document.querySelectorAll("[data-place]")) {
        button.addEventListener("click", () =>
          moves.move({ id: button.dataset.place, stairwell: button.dataset.stairwell }, {}),
        );
      }
    })
    .catch((error) => {
      place.replaceChildren();
      sayProblem(error);
    });
}

for (const button of document.querySelectorAll("[data-shift]")) {
  button.addEventListener("click", () => {
    const { shift: courier, starts, ends, on } = button.dataset;
    const begin = make("input", { type: "time", value: clock(Number(starts)).slice(-5), required: true });
    const end = make("input", { type: "time", value: clock(Number(ends)).slice(-5), required: true });
    const duty = make("input", { type: "checkbox", checked: on === "1" });
    const reason = make("input", {});
    const made = () => {
      let until = second(end.value);
      if (until <= second(begin.value)) until += 86400; // past midnight
      return { kind: "shift", courier, starts_s: second(begin.value), ends_s: until, on_duty: duty.checked, reason: reason.value };
    };
    dialog.form(fill(texts.shift_title, { courier }), [[texts.starts, begin], [texts.ends, end], [texts.on_duty, duty], [texts.shift_reason, reason]], texts.keep, async () => {
      await call("POST", `/api/v1/plans/${id}/edits`, { body: { edits: [made()], mode: "keep" } });
      arrive(texts.edited);
    }, [[texts.solve_for_it, async () => {
      const limit = Number(document.querySelector("#solve [name=limit]")?.value || 60);
      const asked = await call("POST", `/api/v1/plans/${id}/edits`, { body: { edits: [made()], mode: "solve", limit_s: limit } });
      dialog.close();
      follow(asked.job_id);
    }]]);
  });
}
