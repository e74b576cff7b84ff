// The card at the till and the offline page: a screen that stays awake, and figures that say from when they are.

const keepAwake = () => {
  if (document.visibilityState !== "visible") return;
  navigator.wakeLock?.request("screen").catch(() => {}); // refused when the battery is low
};
if (document.querySelector("[data-stay-awake]")) {
  keepAwake();
  document.addEventListener("visibilitychange", keepAwake);
}

// "As of 14:05" is enough today; a kept card that is looked at tomorrow names its day.
const moment = document.querySelector("[data-as-of]");
if (moment && new Date(moment.dateTime).toDateString() !== new Date().toDateString()) {
  moment.querySelector("[data-hour]").hidden = true;
  moment.querySelector("[data-day]").hidden = false;
}

// The offline page leads to the card where one is kept.
const way = document.querySelector("[data-kept-card]");
if (way && "caches" in window) {
  caches.open("card").then((cache) => cache.keys()).then((keys) => {
    for (const element of document.querySelectorAll(keys.length ? "[data-kept-card]" : "[data-no-card]")) {
      element.hidden = false;
    }
  });
}

// Back to the page that was asked for, once the line has lasted a moment and unless somebody is on the way elsewhere.
if (document.querySelector("[data-back-online]")) {
  let leaving = false;
  window.addEventListener("beforeunload", () => { leaving = true; });
  window.addEventListener("online", () => {
    setTimeout(() => { if (navigator.onLine && !leaving) window.location.reload(); }, 500);
  });
}
