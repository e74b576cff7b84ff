// Comforts of members' own pages, on top of what works without them: a password that can be read, a passkey that was
// not used, and dialogs that arrive as a fragment.

for (const button of document.querySelectorAll("[data-reveal]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.reveal);
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
  });
}

// allauth would only tell the console. A request that was cancelled is no error of anybody.
document.addEventListener("allauth.error", (event) => {
  const problem = document.getElementById("passkey-problem");
  if (!problem) return;
  event.preventDefault();
  problem.hidden = false;
});

// A dialog that a page asked for opens when it is there. Closing it gives the focus back to where it was, by itself.
// What is wrong with a form is read first: the focus goes to the first field that is marked.
document.addEventListener("htmx:afterSettle", () => {
  const dialog = document.querySelector("dialog[data-opens]:not([open])");
  if (dialog) {
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  } else document.querySelector("form[hx-post] [aria-invalid='true']")?.focus();
});
document.addEventListener("click", (event) => {
  const closer = event.target instanceof Element ? event.target.closest("[data-closes]") : null;
  const dialog = closer?.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  dialog.close();
});
