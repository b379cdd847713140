// The outbox of a courier's phone. A deed is stored, with its key and its instant, before anything
// else happens; then it is sent, however often that takes. The service hears each key once, so
// sending twice does nothing; a lock lets one tab or the worker send at a time.
// The service worker runs this file too, without its "export" words: it imports nothing.

export const STORE = "supplyloop-courier";
export const SYNC = "supplyloop-courier-outbox";
const UNDO_MS = 10000;
const BATCH = 200;
const SLOWEST_MS = 5 * 60 * 1000;
const ORDER = ["depart", "photo", "event", "problem", "errand", "finish"];

let database = null;

function opened() {
  database ||= new Promise((done, failed) => {
    const asked = indexedDB.open(STORE, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("deeds", { keyPath: "key" });
      asked.result.createObjectStore("kept");
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      done(asked.result);
    };
    asked.onerror = () => failed(asked.error);
  });
  return database;
}

// Do something in one transaction, and come back when it is on the disk.
async function within(store, mode, work) {
  const db = await opened();
  return new Promise((done, failed) => {
    const transaction = db.transaction(store, mode, { durability: "strict" });
    let result;
    transaction.oncomplete = () => done(result);
    transaction.onerror = transaction.onabort = () => failed(transaction.error);
    work(transaction.objectStore(store), (value) => (result = value));
  });
}

export function keep(name, value) {
  return within("kept", "readwrite", (kept) => kept.put(value, name));
}

export function kept(name) {
  return within("kept", "readonly", (all, give) => {
    all.get(name).onsuccess = (event) => give(event.target.result);
  });
}

export function forget(name) {
  return within("kept", "readwrite", (all) => all.delete(name));
}

export function deeds() {
  return within("deeds", "readonly", (all, give) => {
    all.getAll().onsuccess = (event) =>
      give(event.target.result.sort((a, b) => a.tapped - b.tapped || (a.key < b.key ? -1 : 1)));
  });
}

// Store a deed. It may be taken back for ten seconds; only then is it sent.
export async function put(deed, { undo = true } = {}) {
  const offset = (await kept("offset")) || 0;
  const tapped = Date.now();
  const whole = {
    ...deed,
    tapped,
    at: new Date(tapped + offset).toISOString(), // fixed now: a resent deed says the very same
    state: "waiting",
    tries: 0,
    from: tapped + (undo ? UNDO_MS : 0),
  };
  await within("deeds", "readwrite", (all) => all.put(whole));
  told();
  return whole;
}

// Change a deed that was not sent yet; without a change, take it back. Says whether it could.
export async function amend(key, change) {
  const could = await within("deeds", "readwrite", (all, give) => {
    all.get(key).onsuccess = (event) => {
      const deed = event.target.result;
      if (!deed || deed.state !== "waiting") return give(false);
      give(true);
      if (change) all.put({ ...deed, ...change });
      else all.delete(key);
    };
  });
  told();
  return could;
}

export async function drop(keys) {
  await within("deeds", "readwrite", (all) => keys.forEach((key) => all.delete(key)));
  told();
}

// Somebody dealt with what was refused or set aside: it is shown no longer.
export async function settled(keys) {
  await within("deeds", "readwrite", (all) => {
    for (const key of keys) {
      all.get(key).onsuccess = (event) => event.target.result && all.put({ ...event.target.result, dealt: true });
    }
  });
  told();
}

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(STORE);
export function listen(hear) {
  if (channel) channel.onmessage = hear;
}
function told() {
  if (channel) channel.postMessage("changed");
}

// Send what is due. One at a time, over all tabs and the worker.
export function flush() {
  if (typeof navigator === "undefined" || !navigator.locks) return send();
  return navigator.locks.request(STORE, { ifAvailable: true }, (lock) => (lock ? send() : null));
}

async function send() {
  const me = await kept("me");
  let sent = 0;
  let known = false;
  for (let round = 0; round < 50; round += 1) {
    const now = Date.now();
    const due = (await deeds()).filter(
      (deed) =>
        (deed.state === "waiting" || deed.state === "sending") && deed.from <= now && deed.who === me,
    );
    if (!due.length) break;
    known ||= await itsMe(me);
    if (!known) break;
    const first = ORDER.find((kind) => due.some((deed) => deed.kind === kind));
    const same = due.filter((deed) => deed.kind === first);
    const batch =
      first === "event" ? same.filter((deed) => deed.run === same[0].run).slice(0, BATCH) : [same[0]];
    const going = await claim(batch);
    if (!going.length) continue;
    const heard = await (first === "event" ? sendEvents(going) : sendOne(going[0]));
    if (!heard) break; // no network, or nobody to hear: what waits is tried again later
    sent += going.length;
  }
  told();
  return sent;
}

// Ask whose session this is: another courier may have signed in on the phone since, and nobody's
// deeds are told in another's name. The answer to a courier is their day; known, it is empty.
async function itsMe(me) {
  const before = await kept("day");
  const headers = before?.etag ? { "If-None-Match": before.etag } : {};
  const since = Date.now();
  try {
    const answer = await fetch("/api/v1/couriers/me/day", { credentials: "same-origin", headers });
    await setClock(answer, since);
    await keep("trouble", answer.status === 401 ? "signed-out" : answer.status === 403 ? "not-you" : "");
    if (answer.status === 304) return true;
    if (!answer.ok) return false;
    const { district, courier } = await answer.json();
    return `${district}/${courier}` === me;
  } catch {
    return false;
  }
}

// From here on a deed cannot be taken back. What a closed tab left as sending is sent again.
function claim(batch) {
  const going = [];
  return within("deeds", "readwrite", (all, give) => {
    give(going);
    for (const { key } of batch) {
      all.get(key).onsuccess = (event) => {
        const deed = event.target.result;
        if (!deed || (deed.state !== "waiting" && deed.state !== "sending")) return;
        going.push(deed);
        all.put({ ...deed, state: "sending" });
      };
    }
  });
}

async function sendEvents(batch) {
  const events = batch.map((deed) => ({ ...deed.body, at: deed.at, key: deed.key }));
  const answer = await ask(`/api/v1/runs/${batch[0].run}/events`, { events }, fresh());
  if (answer.again) return later(batch, answer);
  if (answer.ok) {
    const outcomes = new Map(batch.map((deed, n) => [deed.key, answer.said.heard[n].outcome]));
    await settle(batch, (deed) => verdict(outcomes.get(deed.key)));
    return true;
  }
  if (batch.length > 1) {
    // one of them may spoil the whole: each for itself
    for (const deed of batch) if (!(await sendEvents([deed]))) return false;
    return true;
  }
  await settle(batch, () => refused(answer));
  return true;
}

async function sendOne(deed) {
  const answer = await ask(deed.path, deed.picture ? form(deed) : said(deed), deed.key);
  if (answer.again) return later([deed], answer);
  await settle([deed], () =>
    answer.ok ? { state: "sent", outcome: "applied", picture: null } : refused(answer),
  );
  return true;
}

function said(deed) {
  return deed.dated === false ? deed.body : { ...deed.body, at: deed.at };
}

function form(deed) {
  const filled = new FormData();
  filled.append("photo", deed.picture, "photo.jpg");
  for (const [name, value] of Object.entries(deed.body)) filled.append(name, value);
  filled.append("taken_at", deed.at);
  return filled;
}

function verdict(outcome) {
  const fine = outcome === "applied" || outcome === "known" || outcome === "repeated";
  if (fine) return { state: "sent", outcome };
  if (outcome.startsWith("aside-")) return { state: "aside", outcome };
  return { state: "refused", outcome };
}

function refused(answer) {
  const { code, title, detail } = answer.said || {};
  return { state: "refused", outcome: code || String(answer.status), title, detail };
}

function settle(batch, change) {
  return within("deeds", "readwrite", (all) => {
    for (const deed of batch) all.put({ ...deed, ...change(deed), heardAt: Date.now() });
  });
}

async function later(batch, answer) {
  await within("deeds", "readwrite", (all) => {
    for (const deed of batch) {
      const tries = deed.tries + 1;
      const wait = Math.min(SLOWEST_MS, 1500 * 2 ** Math.min(tries, 8)) * (0.75 + Math.random() / 2);
      all.put({ ...deed, state: "waiting", tries, from: answer.away ? deed.from : Date.now() + wait });
    }
  });
  return false;
}

// Ask the service; measures how far the phone's clock is off by the way.
// "again": it was not heard, or not by whom it is meant for; "away": there is no network at all.
async function ask(path, body, key) {
  const filled = body instanceof FormData; // the browser then names the type itself
  const since = Date.now();
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        ...(filled ? {} : { "Content-Type": "application/json" }),
        "Idempotency-Key": key,
        Accept: "application/json",
      },
      body: filled ? body : JSON.stringify(body),
    });
  } catch {
    return { again: true, away: true };
  }
  await setClock(answer, since);
  const said = await answer.json().catch(() => null);
  const status = answer.status;
  await keep("trouble", status === 401 ? "signed-out" : strange(status, said) ? "not-you" : "");
  if (status === 401 || status === 408 || status === 429 || status >= 500 || strange(status, said)) {
    return { again: true };
  }
  if (!said) return { again: true }; // a page of somebody between, such as a hotel's
  return { ok: answer.ok, status, said };
}

function strange(status, said) {
  return status === 403 && (!said || said.code === "role.not-allowed" || said.code === "origin.foreign");
}

export async function setClock(answer, since) {
  const told = Date.parse(answer.headers.get("Date") || "");
  const now = Date.now();
  if (Number.isNaN(told) || now - since > 4000) return;
  const offset = told + 500 - (since + now) / 2; // the header counts whole seconds
  await keep("offset", Math.abs(offset) < 2000 ? 0 : Math.round(offset));
}

export function fresh() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID exists over HTTPS only
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
