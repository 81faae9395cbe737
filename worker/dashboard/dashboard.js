// What the pages can do beyond forms and links. Every page works without it.

// The key behind `#` of the link that `cargo xtask dev` prints never leaves the browser but in the form.
const key = document.querySelector("input[name=key]");
if (key && location.hash.length > 1) {
  key.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
}

document.addEventListener("change", ({ target }) => {
  // A box that ticks all boxes of its table.
  if (target.matches("[data-all]")) {
    for (const box of target.closest("table").querySelectorAll("tbody input[type=checkbox]")) {
      box.checked = target.checked;
    }
  }
  // A choice that needs no button.
  if (target.matches("select[data-go]")) target.form.requestSubmit(document.getElementById(target.dataset.go));
});

document.addEventListener("input", ({ target }) => {
  // A button that stays locked until the confirmation is typed. The server asks for it as well.
  if (!target.matches("[data-confirm]")) return;
  const button = target.form.querySelector("button[type=submit], button:not([type])");
  button.disabled = target.value.trim() !== target.dataset.confirm;
});
for (const input of document.querySelectorAll("[data-confirm]")) {
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("click", async ({ target }) => {
  const copy = target.closest("[data-copy]");
  if (!copy) return;
  const from = document.getElementById(copy.dataset.copy);
  await navigator.clipboard.writeText(from.value ?? from.textContent);
  copy.textContent = "Copied";
});

// The quotes behind an answer light up while it is pointed at or focused.
for (const [begin, end] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
  document.addEventListener(begin, ({ target }) => light(target, true));
  document.addEventListener(end, ({ target }) => light(target, false));
}
function light(target, on) {
  const answer = target.closest?.("[data-evidence]");
  if (!answer) return;
  for (const id of answer.dataset.evidence.split(" ").filter(Boolean)) {
    for (const mark of document.querySelectorAll(`[data-quote~="${CSS.escape(id)}"]`)) {
      mark.classList.toggle("lit", on);
    }
  }
}
