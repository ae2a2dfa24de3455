// Lets two pages open without a network: the one on which an officer ticks who is there, and the one on which a worker
// confirms; with what they are drawn with, and no other page. The network comes first. What is done on them waits in the
// page (waiting.js). VERSION and ASSETS are put before this by assets.py.
"use strict";

const NAME = "diem-danh ";
const CACHE = NAME + VERSION;
const KEPT = 24 * 3600 * 1000;
const FRESH = 3600 * 1000;
const SCAN = "/d";
const TICKS = /^\/diem-danh\/[0-9a-f-]{36}\/danh-dau$/;
const drawn = new Set(ASSETS.map((one) => new URL(one, location).href));

// Under which address a page is kept: a code that is scanned opens the page on which digits are typed in. "": it is not.
function place(url) {
  if (url.origin !== location.origin) return "";
  if (TICKS.test(url.pathname)) return url.pathname;
  return url.pathname === SCAN || url.pathname.startsWith(SCAN + "/") ? SCAN : "";
}

const age = (answer) => Date.now() - Date.parse(answer.headers.get("Date"));

// Whoever may not see a page any more, or is led to signing in, keeps nothing of it.
async function keep(address, answer) {
  if (!await caches.has(CACHE)) return;  // somebody signed out meanwhile
  const cache = await caches.open(CACHE);
  if (answer.ok && answer.type === "basic" && !answer.redirected) await cache.put(address, answer);
  else if (answer.status < 500) await cache.delete(address);
}

async function open(event, address) {
  const { pathname, search } = new URL(event.request.url);
  let failed;
  try {
    const answer = await fetch(event.request);
    if (answer.status < 502 || answer.status > 504) {
      if (pathname === address && !search) event.waitUntil(keep(address, answer.clone()));
      return answer;
    }
    failed = answer;
  } catch { failed = Response.error(); }
  const kept = await caches.match(address, { cacheName: CACHE });
  if (!kept) return failed;
  if (!(age(kept) < KEPT)) { await (await caches.open(CACHE)).delete(address); return failed; }
  const headers = new Headers(kept.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  return new Response((await kept.text()).replace("<html", "<html data-kept"), { headers });
}

async function asset(request) {
  return await caches.match(request, { cacheName: CACHE }) || fetch(request);
}

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...drawn])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith(NAME) && name !== CACHE) await caches.delete(name);
    await clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (drawn.has(request.url)) event.respondWith(asset(request));
  else if (request.mode === "navigate" && place(new URL(request.url))) event.respondWith(open(event, place(new URL(request.url))));
});

// A page says which one to keep, once this worker is ready: it came before there was one.
addEventListener("message", (event) => {
  const address = place(new URL(event.data, location));
  if (!address) return;
  event.waitUntil((async () => {
    const kept = await caches.match(address, { cacheName: CACHE });
    if (kept && age(kept) < FRESH) return;
    try {
      if (!await caches.has(CACHE)) await (await caches.open(CACHE)).addAll([...drawn]);  // somebody had signed out
      await keep(address, await fetch(address, { cache: "no-store" }));
    } catch { /* there is no network: another time */ }
  })());
});
