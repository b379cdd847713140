// The point team's pages: a bag's checklist, the camera beside the scanner, and a board that stays
// current: it asks with the tag it has, and is drawn anew only when something changed.
import { given, say } from "./net.js";

const texts = given("texts");
const board = given("board");
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

// ---- a bag's goods -----------------------------------------------------------------------------

const goods = [...document.querySelectorAll("[data-good]:not(:disabled)")];
const tally = document.querySelector("[data-tally]");
function counted() {
  const done = goods.filter((one) => one.checked).length;
  tally.textContent = fill(texts.ticked, { n: done, of: goods.length });
}
if (tally) {
  goods.forEach((one) => one.addEventListener("change", counted));
  counted();
}

// ---- the camera --------------------------------------------------------------------------------

const camera = document.querySelector("[data-camera]");
if (camera && navigator.mediaDevices) {
  camera.hidden = false;
  const video = document.querySelector("[data-video]");
  let scanner = null;
  camera.addEventListener("click", async () => {
    if (scanner) {
      scanner.stop();
      scanner = null;
      video.hidden = true;
      camera.textContent = texts.camera;
      return;
    }
    const { Scanner } = await import("./courier-scan.js");
    scanner = new Scanner(video, (said) => {
      scanner.stop();
      const form = camera.form;
      form.elements.bag.value = said;
      form.requestSubmit();
    });
    video.hidden = false;
    camera.textContent = texts.camera_off;
    try {
      await scanner.start();
    } catch {
      scanner = null;
      video.hidden = true;
      camera.textContent = texts.camera;
      say(texts.no_camera);
    }
  });
}

// ---- the board ---------------------------------------------------------------------------------

const EVERY_MS = 10000;
let tag = "";

async function look() {
  const fresh = document.getElementById("fresh");
  try {
    const answer = await fetch(board.path, {
      headers: tag ? { "If-None-Match": tag } : {},
      credentials: "same-origin",
    });
    if (answer.status === 200) {
      const first = !tag;
      tag = answer.headers.get("ETag") || "";
      if (!first) await redraw();
    }
    if (answer.ok || answer.status === 304) {
      const at = new Date().toLocaleTimeString("en-GB", { timeZone: board.zone });
      fresh.textContent = fill(texts.fresh, { at });
    }
  } catch {
    fresh.textContent = texts.stale;
  }
}

async function redraw() {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.getElementById("live");
  const now = document.getElementById("live");
  if (!next || !now) return;
  const held = now.contains(document.activeElement) ? document.activeElement : null;
  const label = held?.getAttribute("aria-label");
  now.replaceWith(document.adoptNode(next));
  if (label) document.querySelector(`#live [aria-label="${CSS.escape(label)}"]`)?.focus();
  const waits = next.querySelectorAll(".wait").length;
  if (waits) say(fill(texts.waiting, { n: waits }));
}

if (board.path) {
  look();
  setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
}
