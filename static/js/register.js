// Installs the service worker for members, and removes what another reader of this device left behind.

const reader = document.querySelector('meta[name="reader"]');

// A session that ran out, a closed account or somebody else's sign-in: the card that was kept is not this reader's.
async function forgetOthers() {
  const kept = await (await caches.open("card")).match(reader.dataset.cardCopy, { ignoreVary: true });
  if (!kept || kept.headers.get("Offline-Owner") !== reader.content) await caches.delete("card");
}

if (reader && "caches" in window) forgetOthers().catch(() => {});
if (reader?.content && "serviceWorker" in navigator) {
  // Looked for again after the five minutes that the script may be cached, and not with every page.
  navigator.serviceWorker.register(reader.dataset.worker, { updateViaCache: "all" }).catch(() => {});
  navigator.serviceWorker.ready.then(() => {
    for (const note of document.querySelectorAll("[data-offline-note]")) note.hidden = false;
  });
}

// Where the browser can put the portal on the home screen, one button on the card page asks it to.
const button = document.querySelector("[data-install]");
let invitation;
if (button) {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    invitation = event;
    button.hidden = false;
  });
  window.addEventListener("appinstalled", () => { button.hidden = true; });
  button.addEventListener("click", () => {
    invitation?.prompt();
    button.hidden = true;
  });
}
