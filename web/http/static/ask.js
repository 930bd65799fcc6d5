// The question form: answers that may already fit, files too large, and a draft kept on this device.
// Nothing here is in the way of asking, and nothing here is needed for it.
const WAIT_MS = 600;
const MIN_LENGTH = 8;
const MAX_NEAR = 3;
const MAX_FILES = 5;
const MAX_FILE_BYTES = 10_000_000;
const DRAFT_DAYS = 3;
// Never the address: others may use this device too.
const KEPT_FIELDS = ["title", "body", "product"];

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function textButton(text, act) {
  const button = element("button", text, { type: "button", class: "button-link" });
  button.addEventListener("click", act);
  return button;
}

function languageName(code) {
  try { return new Intl.DisplayNames(document.documentElement.lang, { type: "language" }).of(code); } catch { return code; }
}

function nearAnswers(form) {
  const title = form.querySelector("[name=title]");
  // The live region stands there from the start; what is filled into it is read out.
  const box = element("div", "", { class: "near-live", role: "status", "aria-live": "polite" });
  title.after(box);
  let timer, request, shown = "";
  // What stands above the form already, and the answer that left its reader stuck.
  const above = [...document.querySelectorAll(".near-first [name=entry]")].map((field) => field.value);
  const known = new Set([form.dataset.read, ...above]);

  function show(hits) {
    const found = hits.map((hit) => hit.id).join();
    // The same answers again would be read out again at every word.
    if (found === shown) return;
    shown = found;
    if (hits.length === 0) return box.replaceChildren(...(above.length ? [] : [element("p", form.dataset.none, { class: "only-read" })]));
    const heading = element("p", form.dataset.near, { class: "hint" });
    box.replaceChildren(heading, ...hits.map(makeAnswer));
  }

  // The link opens beside the form, so that what was typed stays; the button closes the matter.
  function makeAnswer(hit, index) {
    const row = element("p");
    const isForeign = hit.lang !== document.documentElement.lang;
    const link = element("a", "", { href: hit.url, target: "_blank" });
    link.append(element("span", hit.title, isForeign ? { lang: hit.lang } : {}));
    if (isForeign) link.append(element("span", ` (${languageName(hit.lang)})`, { class: "note" }));
    link.append(element("span", ` (${form.dataset.newTab})`, { class: "only-read" }));
    link.addEventListener("click", () => report(hit, index + 1));
    const button = textButton(form.dataset.solved, () => close(hit));
    button.append(element("span", `: ${hit.title}`, { class: "only-read" }));
    row.append(link, " ", button);
    return row;
  }

  // A form of its own, since none may stand inside another.
  function close(hit) {
    const sent = element("form", "", { action: "/ask/answered", method: "post", hidden: "" });
    const search = form.querySelector("[name=s]")?.value ?? "";
    const values = { entry: hit.id, title: title.value.trim(), s: search };
    for (const [name, value] of Object.entries(values)) sent.append(element("input", "", { name, value }));
    forget();
    document.body.append(sent);
    sent.submit();
  }

  function report(hit, rank) {
    const body = JSON.stringify({ typed: title.value.trim().slice(0, 300), type: hit.type, id: hit.id, rank });
    fetch("/api/v1/clicks", { method: "POST", keepalive: true, headers: { "content-type": "application/json" }, body }).catch(() => {});
  }

  async function look(text) {
    request?.abort();
    const mine = request = new AbortController();
    try {
      const words = new URLSearchParams({ q: text, limit: MAX_NEAR + 1 });
      // What is in the language of the page comes first, whatever the browser is set to.
      const headers = { "accept-language": document.documentElement.lang };
      const reply = await fetch(`/api/v1/search?${words}`, { signal: mine.signal, headers });
      if (!reply.ok) return;
      const { hits } = await reply.json();
      const offered = hits.filter((hit) => hit.type === "entry" && !known.has(String(hit.id)));
      if (mine === request) show(offered.slice(0, MAX_NEAR));
    } catch (error) {
      if (error.name !== "AbortError") show([]);
    }
  }

  title.addEventListener("input", () => {
    clearTimeout(timer);
    const text = title.value.trim().slice(0, 300);
    if (text.length >= MIN_LENGTH) timer = setTimeout(look, WAIT_MS, text);
    else { request?.abort(); shown = ""; box.replaceChildren(); }
  });
}

// A page over the limit is refused as a whole; said before, nothing has to be sent twice.
function sizedFiles(form) {
  const field = form.querySelector("input[type=file]");
  if (!field) return;
  const note = element("p", "", { class: "error", role: "status" });
  field.after(note);
  const fits = () => field.files.length <= MAX_FILES && [...field.files].every((file) => file.size <= MAX_FILE_BYTES);
  field.addEventListener("change", () => { note.textContent = fits() ? "" : form.dataset.tooLarge; });
  form.addEventListener("submit", (event) => {
    if (fits()) return;
    event.preventDefault();
    field.focus();
  });
}

// Private windows and full disks refuse to store; then there is no draft, and all else works.
function stored(key, value) {
  try {
    if (value === null) return localStorage.removeItem(key);
    if (value !== undefined) return localStorage.setItem(key, value);
    return localStorage.getItem(key);
  } catch { return null; }
}

const KEY = "kundig-draft-ask";

function forget() { stored(KEY, null); }

function readDraft() {
  try {
    const draft = JSON.parse(stored(KEY));
    const old = !draft || Date.now() - draft.at > DRAFT_DAYS * 86_400_000;
    if (old) forget();
    return old ? null : draft;
  } catch { return null; }
}

function keptDraft(form) {
  const fields = KEPT_FIELDS.map((name) => form.querySelector(`[name=${name}]`)).filter(Boolean);
  const typed = () => fields.some((field) => field.name !== "product" && field.value.trim());
  const note = element("div", "", { class: "draft-note", role: "status", hidden: "" });
  form.prepend(note);
  let timer;

  function fill(draft) {
    for (const field of fields) if (draft[field.name]) field.value = draft[field.name];
    show(form.dataset.restored, []);
  }

  function show(text, buttons) {
    const drop = textButton(form.dataset.discard, () => {
      forget();
      if (buttons.length === 0) for (const field of fields) field.value = "";
      note.hidden = true;
      fields[0].focus();
    });
    note.replaceChildren(element("p", text), ...buttons, drop);
    note.hidden = false;
  }

  const draft = readDraft();
  const words = draft && (draft.title || draft.body);
  // What came with the page stands first: an error's own text, or the words of a search.
  if (words && !typed()) fill(draft);
  else if (words && draft.title !== fields[0].value) {
    const use = textButton(form.dataset.use, () => fill(draft));
    show(`${form.dataset.offer} ${words.slice(0, 120)}`, [use]);
  }

  form.addEventListener("input", (event) => {
    if (!KEPT_FIELDS.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const values = Object.fromEntries(fields.map((field) => [field.name, field.value]));
      stored(KEY, typed() ? JSON.stringify({ ...values, at: Date.now() }) : null);
    }, WAIT_MS);
  });
}

document.querySelectorAll("[data-ask]").forEach((form) => { nearAnswers(form); sizedFiles(form); keptDraft(form); });
// The page after sending: the question is with us, so the draft has done its work.
if (document.querySelector("[data-sent]")) forget();
