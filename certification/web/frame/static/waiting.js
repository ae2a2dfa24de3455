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

  static ago(one) { return Math.max(0, Math.round((Date.now() - one.at) / 1000)); }

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
}
