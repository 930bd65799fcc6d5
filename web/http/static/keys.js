// Single keys: "/" and Ctrl/Cmd+K go to the search field, "?" lists the keys, j k o x walk a list,
// u goes back from one of its rows. Menus close by Escape and by a click elsewhere.
const OFF = "kundig-single-keys-off";
const page = document.documentElement;
const dialog = document.getElementById("keys");
const toggle = dialog.querySelector("[data-single-keys]");
page.classList.add("has-script");

// Guests keep the switch in their browser; who is signed in has it in the account.
let isOff = page.dataset.singleKeys === "off";
if (toggle) {
  try { isOff = localStorage.getItem(OFF) === "1"; } catch { /* storage is refused: the switch holds for this page */ }
  toggle.checked = !isOff;
  toggle.addEventListener("change", () => {
    isOff = !toggle.checked;
    try { isOff ? localStorage.setItem(OFF, "1") : localStorage.removeItem(OFF); } catch { /* as above */ }
  });
}
for (const button of document.querySelectorAll("[data-show-keys]")) button.addEventListener("click", () => dialog.showModal());
document.querySelector("[data-focus]")?.focus();
const wide = matchMedia("(min-width: 64em)");
for (const facets of document.querySelectorAll("[data-open-when-wide]")) {
  const fit = () => { facets.open = wide.matches; };
  fit();
  wide.addEventListener("change", fit);
}

const openMenu = () => document.querySelector("[data-menu][open]");
document.addEventListener("click", (event) => {
  const menu = openMenu();
  if (menu && !menu.contains(event.target)) menu.open = false;
});
for (const menu of document.querySelectorAll("[data-menu]")) {
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}
function closeMenu() {
  const menu = openMenu();
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

function focusSearch(event) {
  const field = [...document.querySelectorAll("[data-search-field]")].find((one) => one.offsetParent);
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
  if (event.key === "Escape") return closeMenu();
  // The home page begins in its field, where "/" still means: let me search.
  const isEmptySearch = event.target.matches("[data-search-field]") && !event.target.value;
  if (event.key === "/" && isEmptySearch && !isOff) return focusSearch(event);
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select, dialog, [contenteditable]");
  if (typing || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() === "k" && !event.shiftKey) focusSearch(event);
    return;
  }
  if (!isOff) singleKeys[event.key]?.(event);
});
