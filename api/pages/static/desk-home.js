// Open a run: the cut-off is said in the district's own time.
import { call, given, sayProblem } from "./net.js";

const form = document.getElementById("open-run");
const { offset } = given("given");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = new FormData(form);
  try {
    const run = await call("POST", "/api/v1/runs", {
      body: {
        district: said.get("district"),
        day: said.get("day"),
        wave: Number(said.get("wave")),
        cutoff_at: `${said.get("cutoff")}:00${offset}`,
        separation_s: 60 * Number(said.get("separation")),
      },
    });
    location.assign(`/desk/runs/${encodeURIComponent(run.code)}`);
  } catch (error) {
    sayProblem(error);
  }
});
