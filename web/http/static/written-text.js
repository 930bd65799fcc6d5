// What somebody wrote into a form that was refused, as when their session had ended: this tab keeps
// it until the form is there again, and puts it back into its fields: those of the same reader only,
// since another one may sign in here next.
const KEY = "kundig-written-text";
const LAST_READER = "kundig-last-reader";
const KEEP_MS = 3_600_000;

const reader = document.body.dataset.viewer;

const pathOf = (address) => new URL(address, location.href).pathname;

function keep(section) {
  const texts = [...section.querySelectorAll("textarea")].map(({ name, value }) => [name, value]);
  try {
    const who = sessionStorage.getItem(LAST_READER);
    const kept = { who, path: pathOf(section.dataset.page), said: section.dataset.back, texts, at: Date.now() };
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch { /* refused: it can be copied */ }
}

function take() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    if (!kept) return null;
    const mine = (!kept.who || kept.who === reader) && Date.now() - kept.at < KEEP_MS;
    const here = kept.path === location.pathname;
    if (here || !mine) sessionStorage.removeItem(KEY);
    return here && mine ? kept : null;
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

if (reader) try { sessionStorage.setItem(LAST_READER, reader); } catch { /* then nothing is kept */ }
const refused = document.querySelector("[data-written]");
if (refused) keep(refused);
else {
  const kept = take();
  if (kept) restore(kept);
}
