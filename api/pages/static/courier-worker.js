// The courier page's service worker: keeps the page and its files, and sends what waits.
// KEPT is written before this by the service: version, home and files.

const FILES = `courier-files-${KEPT.version}`;
const PAGE = "courier-page";
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const files = await caches.open(FILES);
      await files.addAll(KEPT.files.map((url) => new Request(url, { cache: "reload" })));
      await keepPage(await fetch(KEPT.home, { credentials: "same-origin" }).catch(() => null));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("courier-files-") && name !== FILES) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === KEPT.home) event.respondWith(page(request));
  else if (url.pathname.startsWith("/static/") || url.pathname.startsWith("/assets/")) {
    event.respondWith(file(request, url));
  }
});

self.addEventListener("sync", (event) => {
  if (event.tag === SYNC) event.waitUntil(sendAll());
});

// What was tapped a moment ago may still be taken back, even if its page is closed by now; what
// then is left makes the browser ask again later.
async function sendAll() {
  await new Promise((done) => setTimeout(done, UNDO_MS + 1000));
  await flush();
  const me = await kept("me");
  const left = (await deeds()).some((deed) => deed.who === me && deed.state === "waiting");
  if (left) throw new Error("not all was heard");
}

// The newest page where there is a network, else the one that was kept.
async function page(request) {
  const old = await (await caches.open(PAGE)).match(KEPT.home);
  const asked = fetch(request).then(async (answer) => {
    if (answer.status >= 500) throw new Error(String(answer.status));
    await keepPage(answer);
    return answer;
  });
  if (!old) return asked;
  const late = new Promise((done) => setTimeout(() => done(old), PATIENCE_MS));
  return Promise.race([asked.catch(() => old), late]);
}

async function keepPage(answer) {
  if (!answer || !answer.ok || answer.redirected || answer.type !== "basic") return;
  await (await caches.open(PAGE)).put(KEPT.home, answer.clone());
}

// A file under the version that the page asks for; offline any version is better than none.
async function file(request, url) {
  const exact = await caches.match(request);
  if (exact) return exact;
  try {
    return await fetch(request);
  } catch (fault) {
    const other = await caches.match(url.pathname, { ignoreSearch: true });
    if (other) return other;
    throw fault;
  }
}
