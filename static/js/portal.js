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

// Tabs are links to parts of the page. Here they become tabs: one part at a time, arrows move, Tab leads into the part.
const makeTabs = (tabs) => {
  const list = tabs.querySelector(".tabs__list");
  const links = [...list.querySelectorAll("a")];
  const panel = (link) => document.getElementById(link.hash.slice(1));
  const select = (chosen) => {
    for (const link of links) {
      const isChosen = link === chosen;
      link.setAttribute("aria-selected", isChosen);
      link.tabIndex = isChosen ? 0 : -1;
      panel(link).hidden = !isChosen;
    }
  };
  list.setAttribute("role", "tablist");
  for (const link of links) {
    link.id ||= `${link.hash.slice(1)}-tab`;
    link.setAttribute("role", "tab");
    link.setAttribute("aria-controls", link.hash.slice(1));
    const part = panel(link);
    part.setAttribute("role", "tabpanel");
    part.setAttribute("aria-labelledby", link.id);
    part.removeAttribute("aria-label");
    part.tabIndex = 0;
  }
  select(links.find((link) => link.hash === location.hash) ?? links[0]);
  tabs.dataset.ready = "";
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    event.preventDefault();
    select(link);
    // The address leads back to the part; replaced, so that "back" still leaves the page.
    history.replaceState(history.state, "", link.hash);
  });
  list.addEventListener("keydown", (event) => {
    const at = links.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === " ") document.activeElement.click();
    else if (to === undefined) return;
    else {
      const link = links.at(to % links.length);
      link.focus();
      link.click();
    }
    event.preventDefault();
  });
};

// A link to a dialog opens it over the page; the browser keeps the focus inside and gives it back.
const openDialog = (id) => {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return false;
  dialog.showModal();
  return true;
};
document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const opener = target?.closest("[data-dialog]");
  if (opener && openDialog(opener.dataset.dialog)) event.preventDefault();
  if (target?.closest("[data-closes]")) {
    const dialog = target.closest("dialog");
    if (dialog) {
      event.preventDefault();
      dialog.close();
    }
  }
});
// Pressed and let go outside of its edges: a text that was marked up to there does not close it.
for (const type of ["pointerdown", "pointerup"]) {
  document.addEventListener(type, (event) => {
    const dialog = event.target;
    if (!(dialog instanceof HTMLDialogElement)) return;
    const edges = dialog.getBoundingClientRect();
    const isOutside = event.clientX < edges.left || event.clientX > edges.right || event.clientY < edges.top || event.clientY > edges.bottom;
    if (type === "pointerdown") dialog.dataset.pressed = isOutside ? "outside" : "";
    else if (isOutside && dialog.dataset.pressed) dialog.close();
  });
}

for (const tabs of document.querySelectorAll("[data-tabs]")) makeTabs(tabs);
if (location.hash.length > 1) openDialog(location.hash.slice(1));

showCloseButtons(document);
// On a phone the side navigation scrolls sideways: bring the page's own link into view.
document.querySelector(".sidenav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
for (const element of document.querySelectorAll("[data-needs-script][hidden]")) element.hidden = false;
