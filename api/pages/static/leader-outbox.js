// The outbox of a leader's phone: a tick is on the disk, with its key and its instant, before
// anything is sent; then it is sent as often as that takes, and the service hears each key once.

const NAME = "supplyloop-leader";
const BATCH = 200;
const SLOWEST_MS = 60000;
export const UNDO_MS = 10000;

let offset = Number(localStorage.getItem(`${NAME}-offset`)) || 0; // how far this phone's clock errs

// The instant by the service's clock.
export function now() {
  return Date.now() + offset;
}

// Learn from an answer how far the phone's clock is off.
export function setClock(answer, since) {
  const told = Date.parse(answer.headers.get("Date") || "");
  const here = Date.now();
  if (Number.isNaN(told) || here - since > 4000) return;
  const found = told + 500 - (since + here) / 2; // the header counts whole seconds
  offset = Math.abs(found) < 2000 ? 0 : Math.round(found);
  localStorage.setItem(`${NAME}-offset`, offset);
}

let database = null;

function opened() {
  database ||= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("deeds", { keyPath: "key" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return database;
}

// Do something in one transaction, and come back when it is on the disk.
async function within(mode, work) {
  const db = await opened();
  return new Promise((done, failed) => {
    const transaction = db.transaction("deeds", mode, { durability: "strict" });
    let result;
    transaction.oncomplete = () => done(result);
    transaction.onerror = transaction.onabort = () => failed(transaction.error);
    work(transaction.objectStore("deeds"), (value) => (result = value));
  });
}

export function fresh() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID exists over HTTPS only
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

export function deeds(who) {
  return within("readonly", (all, give) => {
    all.getAll().onsuccess = (event) =>
      give(event.target.result.filter((deed) => deed.who === who).sort((a, b) => a.tapped - b.tapped));
  });
}

// Keep deeds; they may be taken back for ten seconds, only then are they sent.
export function put(several) {
  const tapped = Date.now();
  const at = new Date(now()).toISOString(); // fixed now: a resent deed says the very same
  return within("readwrite", (all) =>
    several.forEach((deed, n) =>
      all.put({ ...deed, tapped: tapped + n / 1000, at, state: "waiting", tries: 0, from: tapped + UNDO_MS }),
    ),
  );
}

// Take back what was not sent yet; says whether all of it could be.
export function takeBack(keys) {
  return within("readwrite", (all, give) => {
    give(true);
    for (const key of keys) {
      all.get(key).onsuccess = (event) => {
        if (event.target.result?.state === "waiting") all.delete(key);
        else give(false);
      };
    }
  });
}

export function drop(keys) {
  return within("readwrite", (all) => keys.forEach((key) => all.delete(key)));
}

let going = null;
// Send what is due, one after the other; a second call while one runs waits for it.
export function flush(who) {
  going ||= send(who).finally(() => (going = null));
  return going;
}

async function send(who) {
  let sent = 0;
  for (;;) {
    const due = (await claim(who)).filter((deed) => deed.from <= Date.now());
    if (!due.length) return sent;
    const first = due[0];
    const batch =
      first.kind === "event"
        ? due.filter((deed) => deed.kind === "event" && deed.run === first.run).slice(0, BATCH)
        : [first];
    const heard = await (first.kind === "event" ? events(batch) : one(first));
    if (!heard) return sent;
    sent += batch.length;
  }
}

// What is due cannot be taken back from here on. What a closed page left as sending is sent again.
function claim(who) {
  const here = Date.now();
  return within("readwrite", (all, give) => {
    all.getAll().onsuccess = (event) => {
      const due = event.target.result
        .filter((deed) => deed.who === who && ["waiting", "sending"].includes(deed.state) && deed.from <= here)
        .sort((a, b) => a.tapped - b.tapped);
      due.forEach((deed) => all.put({ ...deed, state: "sending" }));
      give(due);
    };
  });
}

async function events(batch) {
  const said = batch.map((deed) => ({ ...deed.body, at: deed.at, key: deed.key }));
  const answer = await ask(`/api/v1/runs/${encodeURIComponent(batch[0].run)}/events`, { events: said }, fresh());
  if (answer.again) return later(batch);
  if (!answer.ok && batch.length > 1) {
    for (const deed of batch) if (!(await events([deed]))) return false; // one may spoil the whole
    return true;
  }
  const outcome = (n) => (answer.ok ? answer.said.heard[n].outcome : answer.said.code || String(answer.status));
  return settle(batch, (deed, n) => outcome(n));
}

async function one(deed) {
  const answer = await ask(deed.path, { ...deed.body, at: deed.at }, deed.key);
  if (answer.again) return later([deed]);
  return settle([deed], () => (answer.ok ? "applied" : answer.said.code || String(answer.status)));
}

async function settle(batch, outcome) {
  const fine = ["applied", "known", "repeated"];
  await within("readwrite", (all) =>
    batch.forEach((deed, n) => {
      const said = outcome(deed, n);
      all.put({ ...deed, outcome: said, state: fine.includes(said) ? "sent" : "refused" });
    }),
  );
  return true;
}

async function later(batch) {
  await within("readwrite", (all) =>
    batch.forEach((deed) => {
      const tries = deed.tries + 1;
      const wait = navigator.onLine ? Math.min(SLOWEST_MS, 1000 * 2 ** Math.min(tries, 6)) : 0;
      all.put({ ...deed, state: "waiting", tries, from: Date.now() + wait });
    }),
  );
  return false;
}

// "again": nobody heard it, or not the one for whom it is; it is kept and tried later.
async function ask(path, body, key) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key, Accept: "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    return { again: true };
  }
  const said = await answer.json().catch(() => null);
  const status = answer.status;
  const again = !said || [401, 403, 408, 429].includes(status) || status >= 500;
  return { again, ok: answer.ok, status, said };
}
