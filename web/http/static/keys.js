// Single keys: "/" and Ctrl/Cmd+K go to the search field, "?" lists the keys, j k o x walk a list,
// u goes back from one of its rows.
const OFF = "kundig-single-keys-off";
const dialog = document.getElementById("keys");
const toggle = dialog.querySelector("[data-single-keys]");
document.documentElement.classList.add("has-script");

const isOff = () => {
  try { return localStorage.getItem(OFF) === "1"; } catch { return false; }
};
toggle.checked = !isOff();
toggle.addEventListener("change", () => {
  try { toggle.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"); } catch { /* storage is refused: the switch holds for this page */ }
});
document.querySelector("[data-show-keys]").addEventListener("click", () => dialog.showModal());
document.querySelector("[data-focus]")?.focus();
const wide = matchMedia("(min-width: 64em)");
for (const facets of document.querySelectorAll("[data-open-when-wide]")) {
  const fit = () => { facets.open = wide.matches; };
  fit();
  wide.addEventListener("change", fit);
}

function focusSearch(event) {
  const field = document.querySelector("[data-search-field]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

function walk(step) {
  const rows = [...document.querySelectorAll("[data-rows] tbody tr, ul[data-rows] > li")];
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.classList.contains("is-current"));
  const next = Math.min(Math.max(now + step, 0), rows.length - 1);
  rows[now]?.classList.remove("is-current");
  rows[next].classList.add("is-current");
  rows[next].scrollIntoView({ block: "nearest" });
  rows[next].querySelector("[data-open]").focus({ preventScroll: true });
}

const singleKeys = {
  "/": focusSearch,
  "?": () => dialog.showModal(),
  j: () => walk(1),
  k: () => walk(-1),
  o: () => document.querySelector(".is-current a[data-open]")?.click(),
  x: () => document.querySelector(".is-current input[type=checkbox]")?.click(),
  u: () => document.querySelector("[data-back] a")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) return focusSearch(event);
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, dialog, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !toggle.checked) return;
  singleKeys[event.key]?.(event);
});
