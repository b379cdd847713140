// How all pages speak with the service: one key for each deed, a problem that says what to do.

export class Problem extends Error {
  constructor(body, status) {
    super(body.title || String(status));
    this.status = status;
    this.code = body.code || "error";
    this.detail = body.detail || "";
    this.facts = body.facts || {};
  }
}

export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID exists over HTTPS only
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

// Ask the service. Options: body (JSON), form (FormData), key (for deeds), etag (If-Match).
export async function call(method, path, { body, form, key, etag, signal } = {}) {
  const headers = { "Accept-Language": document.documentElement.lang.slice(0, 2) };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["Idempotency-Key"] = key || newKey();
  if (etag) headers["If-Match"] = etag;
  const answer = await fetch(path, {
    method,
    headers,
    body: form || (body === undefined ? undefined : JSON.stringify(body)),
    credentials: "same-origin",
    signal,
  });
  const type = answer.headers.get("Content-Type") || "";
  const said = type.includes("json") ? await answer.json() : await answer.text();
  if (!answer.ok) throw new Problem(typeof said === "object" ? said : {}, answer.status);
  return said;
}

// Texts and data that the page brought along: <script type="application/json" id="…">.
export function given(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : {};
}

let hiding = 0;
export function say(text, keep = 6000) {
  const place = document.getElementById("said");
  place.textContent = text;
  clearTimeout(hiding);
  if (keep) hiding = setTimeout(() => (place.textContent = ""), keep);
}

export function sayProblem(error) {
  say(error instanceof Problem ? `${error.message}。${error.detail}` : String(error.message || error), 12000);
}

// An element with text and attributes; texts are never read as HTML.
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}
