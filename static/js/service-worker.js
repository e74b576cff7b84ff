// What works without a line: the offline page, and the member's card once it was looked at.
//
// `self.portal` comes from members/views/pwa.py, which loads this file. Two caches: what the offline page is drawn with,
// made anew for each version of the static files; and the card, which the server alone allows to be kept. Every other
// page comes from the network and is never stored, and staff pages, sign-in and the API are not even looked at.

const { version, hashed, cards, cardCopy, offline, languages, assets, untouched } = self.portal;
const SHELL = `shell-${version}`;
const CARD = "card";
// Who stands at a till with one bar of signal waits no longer than this for fresh figures.
const PATIENCE_MS = 3000;
// The portal's front door answers, but nobody is behind it.
const NOBODY_IN = new Set([502, 503, 504]);

self.addEventListener("install", (event) => {
  // Safe at once: pages come from the network, so none is left with the scripts of another version.
  self.skipWaiting();
  event.waitUntil(drawShell());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || startsWithOne(untouched, pathname)) return;
  if (startsWithOne(assets, pathname)) event.respondWith(asset(request));
  else if (request.mode === "navigate") event.respondWith(cards.includes(pathname) ? card(event) : page(event));
});

const startsWithOne = (prefixes, path) => prefixes.some((prefix) => path.startsWith(prefix));
const find = (name, path) => caches.open(name).then((cache) => cache.match(path, { ignoreVary: true }));

async function drawShell() {
  const cache = await caches.open(SHELL);
  for (const language of languages) {
    const response = await fetch(offline + language + "/", { credentials: "omit", cache: "reload" });
    if (!response.ok) throw new Error(`The offline page answers ${response.status}`);
    await storeWithAssets(cache, offline + language + "/", response);
  }
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name !== SHELL && name !== CARD);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
  // The card that was open while this worker was being made, or that an older version kept.
  const open = await self.clients.matchAll({ type: "window" });
  const isOpen = open.some((client) => cards.includes(new URL(client.url).pathname));
  if (isOpen || (await find(CARD, cardCopy))) await keepCard().catch(() => {});
}

// Hashed names never change their content; plain ones (before collectstatic) may, and then the copy is only a spare.
async function asset(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  if (kept && hashed && new URL(request.url).pathname.startsWith(hashed)) return kept;
  return fetch(request).catch(() => kept ?? Response.error());
}

async function page(event) {
  try {
    const response = await fetch(event.request);
    event.waitUntil(rememberLanguage(response));
    return response;
  } catch {
    return offlinePage();
  }
}

async function card(event) {
  const fresh = fetch(event.request);
  event.waitUntil(fresh.then((response) => (response.ok ? keepCard() : undefined)).catch(() => {}));
  const kept = await keptCard();
  if (!kept) return fresh.then((response) => response, offlinePage);
  const tired = new Promise((resolve, reject) => { setTimeout(reject, PATIENCE_MS); });
  try {
    const response = await Promise.race([fresh, tired]);
    return NOBODY_IN.has(response.status) ? kept : response;
  } catch {
    return kept;
  }
}

// The copy is a page of its own without account menu and forms, so that neither email nor tokens lie on the device.
async function keepCard() {
  const response = await fetch(cardCopy, { cache: "no-store", redirect: "manual" });
  if (NOBODY_IN.has(response.status)) return;
  if (!response.ok || !response.headers.has("Offline-Until")) {
    await caches.delete(CARD);
    return;
  }
  const html = (await response.text()).replace("<html ", "<html data-kept ");
  const cache = await caches.open(CARD);
  const wanted = await storeWithAssets(cache, cardCopy, new Response(html, { headers: response.headers }));
  // What the card was drawn with before an upgrade.
  const old = (await cache.keys()).filter(({ url }) => !wanted.has(new URL(url).pathname));
  await Promise.all(old.map((request) => cache.delete(request)));
}

async function keptCard() {
  const kept = await find(CARD, cardCopy);
  if (!kept) return undefined;
  if (Date.now() < Date.parse(kept.headers.get("Offline-Until"))) return kept;
  await caches.delete(CARD);
  return undefined;
}

// A page after everything that it and its stylesheets are drawn with; returns the addresses of all.
async function storeWithAssets(cache, path, response) {
  const html = await response.clone().text();
  const wanted = new Set(addresses(html, /(?:href|src|srcset)="([^"#]+)/g, path));
  // A set that grows while it is walked: the pictures of a stylesheet come after it.
  for (const address of wanted) {
    const styles = await storeAsset(cache, address);
    for (const inner of addresses(styles, /url\("?([^")#]+)/g, address)) wanted.add(inner);
  }
  await cache.put(path, response);
  return wanted.add(path);
}

async function storeAsset(cache, address) {
  const response = await fetch(address, { credentials: "omit" });
  if (!response.ok) return "";
  await cache.put(address, response.clone());
  return response.headers.get("Content-Type")?.startsWith("text/css") ? response.text() : "";
}

function addresses(text, pattern, base) {
  const found = [...text.matchAll(pattern)].map((match) => new URL(match[1], new URL(base, self.location.origin)));
  return found
    .filter((url) => url.origin === self.location.origin && startsWithOne(assets, url.pathname))
    .map((url) => url.pathname);
}

// The offline page speaks as the last page did.
async function rememberLanguage(response) {
  const language = response.headers.get("Content-Language")?.toLowerCase();
  if (!languages.includes(language)) return;
  const cache = await caches.open(SHELL);
  await cache.put(offline, new Response(language));
}

async function offlinePage() {
  const last = await find(SHELL, offline);
  const language = last ? await last.text() : languages[0];
  return (await find(SHELL, offline + language + "/")) ?? Response.error();
}
