// What somebody wrote into a form that was refused, as when their session had ended: this tab keeps
// it until the form is there again, and puts it back into its fields.
const KEY = "kundig-written-text";
const KEEP_MS = 3_600_000;

const pathOf = (address) => new URL(address, location.href).pathname;

function keep(section) {
  const texts = [...section.querySelectorAll("textarea")].map(({ name, value }) => [name, value]);
  const kept = { path: pathOf(section.dataset.page), said: section.dataset.back, texts, at: Date.now() };
  try { sessionStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* refused: it can be copied */ }
}

function take() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    if (kept?.path !== location.pathname) return null;
    sessionStorage.removeItem(KEY);
    return Date.now() - kept.at < KEEP_MS ? kept : null;
  } catch { return null; }
}

function put(name, text) {
  const fields = [...document.querySelectorAll(`main form [name="${CSS.escape(name)}"]`)];
  const field = fields.find((one) => one.matches("textarea, input[type=text]") && !one.value.trim());
  if (!field) return null;
  field.value = text;
  for (let box = field.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  return field;
}

function restore({ texts, said }) {
  const fields = texts.map(([name, text]) => put(name, text)).filter(Boolean);
  if (!fields.length) return;
  const note = document.createElement("p");
  note.className = "hint";
  note.textContent = said;
  fields[0].before(note);
  document.querySelector("[data-live]").textContent = said;
  fields[0].focus();
}

const refused = document.querySelector("[data-written]");
if (refused) keep(refused);
else {
  const kept = take();
  if (kept) restore(kept);
}
