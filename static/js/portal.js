// Comforts on top of pages that work without any of this: closing toasts and menus, printing, focus after a swap.

const showCloseButtons = (root) => {
  for (const button of root.querySelectorAll("[data-toast] button[hidden]")) button.hidden = false;
};

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  target.closest("[data-toast] .toast__close")?.closest("[data-toast]").remove();
  if (target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A double click sends a form once. The button stays focusable, so that nobody loses their place.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-once]")) {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// After paging the list is new: put the focus on its heading. Filters keep theirs, since they are not swapped.
// What changed is said by a live region that stays; one that arrives with its text often goes unheard.
document.addEventListener("htmx:afterSettle", (event) => {
  const focus = event.detail.requestConfig?.elt?.closest?.("[data-focus]")?.dataset.focus;
  if (focus) document.querySelector(focus)?.focus();
  const news = document.querySelector("[data-announce]");
  if (news) document.getElementById("announcer").textContent = news.dataset.announce;
});

showCloseButtons(document);
// On a phone the side navigation scrolls sideways: bring the page's own link into view.
document.querySelector(".sidenav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
for (const element of document.querySelectorAll("[data-needs-script][hidden]")) element.hidden = false;
