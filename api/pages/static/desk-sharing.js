// Share out as a job, set rations, and bring the fairness chart.
import { call, given, make, newKey, say, sayProblem } from "./net.js";

const texts = given("texts").sharing;
const base = `/api/v1/runs/${encodeURIComponent(given("given").run)}`;
const states = given("texts").plan.job_state;

const fairness = document.getElementById("fairness");
if (fairness) {
  call("GET", fairness.dataset.load)
    .then((html) => {
      // our own page's part, whose texts the server has escaped
      const parsed = new DOMParser().parseFromString(html, "text/html");
      fairness.replaceChildren(...parsed.body.childNodes);
    })
    .catch(sayProblem);
}

document.getElementById("share")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const place = document.getElementById("share-progress");
  const button = event.target.querySelector("button");
  button.disabled = true;
  try {
    const spread = new FormData(event.target).get("spread") !== null;
    let job = await call("POST", `${base}/jobs`, { body: { kind: "allocate", spread }, key: newKey() });
    while (!job.ended_at) {
      place.textContent = states[job.state] || job.state;
      await new Promise((resolve) => setTimeout(resolve, 500));
      job = await call("GET", `/api/v1/jobs/${job.id}`);
    }
    if (job.state === "done") location.reload();
    else place.replaceChildren(make("strong", {}, `${states[job.state] || job.state} ${job.problem?.code ?? ""}`));
  } catch (error) {
    sayProblem(error);
  }
  button.disabled = false;
});

async function ration(body) {
  try {
    await call("POST", `${base}/rations`, { body });
    say(texts.ration_done);
    location.reload();
  } catch (error) {
    sayProblem(error);
  }
}
document.getElementById("ration")?.addEventListener("submit", (event) => {
  event.preventDefault();
  ration(Object.fromEntries(new FormData(event.target)));
});
for (const button of document.querySelectorAll("[data-lift]")) {
  button.addEventListener("click", () => ration({ item: button.dataset.lift, amount: null }));
}
