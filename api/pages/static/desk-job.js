// Long work on the page: how far it is, the best so far, and the button that keeps it.
import { call, given, sayProblem } from "./net.js";

const texts = given("texts").plan;
const place = document.getElementById("job");

function put(id, value) {
  const cell = document.getElementById(id);
  if (cell && value !== undefined && value !== null) cell.textContent = value;
}

function show(state, progress) {
  put("job-state", texts.job_state[state] || state);
  if (!progress) return;
  const { best, seconds, limit_s: limit } = progress;
  put("job-seconds", Number(seconds ?? 0).toFixed(1));
  put("job-found", progress.better);
  if (limit) document.getElementById("job-bar").value = Math.min(100, (100 * seconds) / limit);
  if (!best) return;
  put("job-left", best.unserved);
  put("job-contacts", best.contacts);
  put("job-faces", best.excess_faces);
  put("job-km", (best.distance_m / 1000).toFixed(1));
}

// Watch a job to its end; resolves with the job as it ended.
export function watchJob(id) {
  place.hidden = false;
  const stop = document.getElementById("job-stop");
  stop.disabled = false;
  stop.onclick = async () => {
    stop.disabled = true;
    put("job-state", texts.stopping);
    try {
      await call("POST", `/api/v1/jobs/${id}/stop`);
    } catch (error) {
      stop.disabled = false;
      sayProblem(error);
    }
  };
  return new Promise((resolve) => {
    let timer = 0;
    let over = false;
    const source = new EventSource(`/api/v1/jobs/${id}/events`);
    async function look() {
      if (over) return;
      try {
        const job = await call("GET", `/api/v1/jobs/${id}`);
        show(job.state, job.progress);
        if (job.ended_at) finish(job);
      } catch {
        return; // the next look may succeed
      }
    }
    function finish(job) {
      over = true;
      source.close();
      clearInterval(timer);
      place.hidden = true;
      resolve(job);
    }
    source.addEventListener("progress", (event) => {
      const said = JSON.parse(event.data);
      show(said.state, said.progress);
    });
    source.addEventListener("ended", look);
    source.addEventListener("error", () => {
      if (!timer && !over) timer = setInterval(look, 2000);
    });
    look();
  });
}
