// What was done without a network waits in this browser and goes later, once. Each thing has an id of its own; `send`
// gets all that waits and gives back the ids that are settled, or fails. What has an `until` (a moment) is dropped after.
class Waiting {
  constructor(key, send) {
    this.key = key;
    this.send = send;
    this.sending = false;
  }

  items() {
    let kept = [];
    try { kept = JSON.parse(localStorage.getItem(this.key)) || []; } catch { /* nothing that we kept */ }
    const live = kept.filter((one) => !(one.until < Date.now()));
    if (live.length < kept.length) this.keep(live);
    return live;
  }

  keep(items) {
    if (items.length) localStorage.setItem(this.key, JSON.stringify(items));
    else localStorage.removeItem(this.key);
  }

  static id() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));  // where the page does not come over HTTPS
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return [...bytes].map((one, place) => ([4, 6, 8, 10].includes(place) ? "-" : "") + one.toString(16).padStart(2, "0")).join("");
  }

  // Whole seconds, never one too many: before its moment a code was not shown.
  static ago(one) { return Math.max(0, Math.floor((Date.now() - one.at) / 1000)); }

  async flush() {
    const items = this.items();
    if (this.sending || !items.length) return;
    this.sending = true;
    let settled = new Set();
    try {
      settled = new Set(await this.send(items));
      this.keep(this.items().filter((one) => !settled.has(one.id)));
    } finally { this.sending = false; }
    if (settled.size && this.items().length) setTimeout(() => this.flush(), 300);
  }

  start() {
    addEventListener("online", () => this.flush());
    setInterval(() => this.flush(), 5000);
    this.flush();
  }

  // Has the page of this address kept, so that it opens without a network (offline.worker.js); `script` is the worker.
  static async offline(script, page) {
    try {
      const made = await navigator.serviceWorker.register(script, { scope: "/d" });
      const worker = made.installing || made.waiting || made.active;
      const ask = () => { if (worker.state === "activated") worker.postMessage(page); };
      worker.addEventListener("statechange", ask);
      ask();
    } catch { /* this browser has none, or does not want it: the page works while it is open */ }
  }

  // Whether this page was opened without a network, as it was kept.
  static kept() { return "kept" in document.documentElement.dataset; }

  // Nothing of what pages showed stays in a browser where nobody is signed in.
  static async forget() {
    try {
      for (const one of await caches.keys()) if (one.startsWith("diem-danh ")) await caches.delete(one);
      for (const one of await navigator.serviceWorker.getRegistrations()) if (new URL(one.scope).pathname === "/d") await one.unregister();
    } catch { /* there is nothing to forget */ }
  }
}

if (document.querySelector("[data-nobody]")) Waiting.forget();
document.addEventListener("submit", (event) => {
  if (new URL(event.target.action, location).pathname === "/dang-xuat") Waiting.forget();
});
