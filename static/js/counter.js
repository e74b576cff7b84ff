// Hands on the keyboard: Enter goes from field to field, Escape clears, function keys change the page.
// Without this Enter sends the form at once, and the links and buttons do the rest.

const focusNext = (field) => {
  const form = field.form;
  const named = field.dataset.next && document.getElementById(field.dataset.next);
  const fields = [...form.querySelectorAll("input:not([type=hidden], [disabled])")];
  const next = named || fields[fields.indexOf(field) + 1];
  if (!next) return false;
  next.focus();
  next.select?.();
  return true;
};

const clear = (field) => {
  field.value = "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

document.addEventListener("keydown", (event) => {
  // Whoever is choosing Chinese characters presses Enter and Escape for the input method.
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = event.target instanceof HTMLInputElement ? event.target : null;
  if (event.key === "Enter" && field && "next" in field.dataset) {
    // An empty row of lines, or the empty last amount, has nothing to wait for.
    if (focusNext(field)) event.preventDefault();
  } else if (event.key === "Escape") {
    if (document.querySelector("details[data-menu][open]")) return;
    if (field && field.type === "text" && field.value) clear(field);
    else (document.querySelector("[data-escape]") ?? document.querySelector("[data-key=F2]"))?.click();
    event.preventDefault();
  } else {
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!target) return;
    event.preventDefault();
    target.click();
  }
});

// What was not found is selected, so that the next scan takes its place.
document.querySelector("[data-select]")?.select();

// A scanner types wherever the focus is, then presses Enter. On a button that would be a click nobody meant.
let strayAt = -Infinity;
document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement) return;
  if (event.key.length === 1 && event.key !== " ") strayAt = event.timeStamp;
  else if (event.key === "Enter" && event.timeStamp - strayAt < 500) event.preventDefault();
}, true);

// A scanner types wherever the focus is: once the focus is nowhere, it belongs to the field for scans.
document.addEventListener("keydown", (event) => {
  if (document.activeElement !== document.body || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
  document.querySelector("[data-scan]")?.focus();
});
