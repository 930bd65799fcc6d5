// Suggestions under the search field: an ARIA combobox (APG: list autocomplete) over GET /api/v1/suggest.
// Enter without a choice submits the form, so the results page is always one key away.
// An empty field shows this tab's last searches (kept by the tab alone) and what is popular.
const WAIT_MS = 200;
const MAX_SHOWN = 8;
const MAX_RECENT = 3;
const RECENT = "kundig-recent-searches";
const CLEAR = "clear";
const live = document.querySelector("[data-live]");
const hasCjk = (text) => /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(text);
const longEnough = (text) => text.length >= (hasCjk(text) ? 1 : 2);

function recent() {
  try { return JSON.parse(sessionStorage.getItem(RECENT)) ?? []; } catch { return []; }
}

function keepRecent(texts) {
  try { sessionStorage.setItem(RECENT, JSON.stringify(texts)); } catch { /* refused: none are shown */ }
}

function remember(text) {
  if (text) keepRecent([text, ...recent().filter((one) => one !== text)].slice(0, MAX_RECENT));
}

// Ranges are counted in characters, of which some are two to JavaScript.
function fill(option, text, marks = []) {
  const characters = [...text];
  let done = 0;
  for (const [start, end] of marks) {
    const part = document.createElement("b");
    part.textContent = characters.slice(start, end).join("");
    option.append(characters.slice(done, start).join(""), part);
    done = end;
  }
  option.append(characters.slice(done).join(""));
}

function combobox(form) {
  const field = form.querySelector("[data-search-field]");
  const words = field.dataset;
  const list = document.createElement("div");
  list.id = `${field.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.label);
  form.append(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) field.setAttribute(name, value);

  let timer, request, options = [], active = -1, shownFor = null;

  function drop() {
    clearTimeout(timer);
    request?.abort();
    request = undefined;
  }

  function close() {
    list.hidden = true;
    choose(-1);
    field.setAttribute("aria-expanded", "false");
  }

  function reopen() {
    if (!options.length || shownFor !== field.value.trim()) return false;
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    return true;
  }

  function choose(index) {
    options[active]?.setAttribute("aria-selected", "false");
    active = index;
    if (active < 0) return field.removeAttribute("aria-activedescendant");
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", options[active].id);
  }

  // What was chosen counts for what is popular; the page does not wait for it.
  function report({ type, id, rank }) {
    const typed = field.value.trim().slice(0, 300);
    if (type !== "entry" || !typed) return;
    const body = JSON.stringify({ typed, type, id: Number(id), rank: Number(rank) });
    fetch("/api/v1/clicks", { method: "POST", keepalive: true, headers: { "content-type": "application/json" }, body }).catch(() => {});
  }

  function open(option) {
    const { type, url } = option.dataset;
    if (type === CLEAR) {
      keepRecent([]);
      return ask("", words.cleared);
    }
    report(option.dataset);
    if (type === "search") remember(option.textContent);
    if (url) return location.assign(url);
    field.value = option.textContent;
    form.requestSubmit();
  }

  function makeOption({ text, type, id, url, marks }) {
    const option = document.createElement("div");
    option.id = `${list.id}-${options.length}`;
    option.className = type === CLEAR ? "suggestion suggestion-clear" : "suggestion";
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    Object.assign(option.dataset, { url: url ?? "", type, id: id ?? 0, rank: options.length + 1 });
    fill(option, text, marks);
    option.addEventListener("click", () => open(option));
    options.push(option);
    return option;
  }

  function makeGroup(type, members) {
    const name = { entry: words.entries, thread: words.threads, recent: words.recent }[type] ?? words.searches;
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", name);
    const heading = document.createElement("div");
    heading.className = "suggestions-group";
    heading.setAttribute("aria-hidden", "true");
    heading.textContent = name;
    group.append(heading, ...members.map(makeOption));
    if (type === "recent") group.append(makeOption({ text: words.clear, type: CLEAR }));
    return group;
  }

  function show(suggestions, said) {
    const groups = new Map();
    for (const one of suggestions) groups.set(one.type, [...(groups.get(one.type) ?? []), one]);
    close();
    options = [];
    list.replaceChildren(...[...groups].map(([type, members]) => makeGroup(type, members)));
    const number = suggestions.length;
    const counted = number === 0 ? words.none : number === 1 ? words.one : words.many.replace("#", number);
    live.textContent = said ? `${said} ${counted}` : counted;
    if (!number) return;
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  }

  async function ask(text, said = "") {
    drop();
    const mine = request = new AbortController();
    const address = `/api/v1/suggest?${new URLSearchParams({ q: text, lang: document.documentElement.lang })}`;
    try {
      const reply = await fetch(address, { signal: mine.signal });
      if (!reply.ok) return close();
      let { suggestions } = await reply.json();
      if (mine !== request || document.activeElement !== field || field.value.trim() !== text) return;
      request = undefined;
      shownFor = text;
      if (!text) {
        const before = recent();
        suggestions = [...before.map((one) => ({ text: one, type: "recent" })), ...suggestions.filter((one) => !before.includes(one.text))];
        if (before.length) suggestions.splice(MAX_SHOWN - 1); // the last place clears them
        if (!suggestions.length) return close();
      }
      show(suggestions.slice(0, MAX_SHOWN), said);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  function askEmpty() {
    if (!field.value.trim() && document.activeElement === field) ask("");
  }

  function typed() {
    drop();
    const text = field.value.trim();
    if (longEnough(text)) {
      timer = setTimeout(ask, WAIT_MS, text);
      return;
    }
    shownFor = null;
    close();
    if (!text) timer = setTimeout(askEmpty, WAIT_MS);
  }

  function step(by) {
    drop(); // Who walks the list must not see it change.
    const places = options.length + 1; // one more: back in the field
    choose(((active + 1 + by + places) % places) - 1);
  }

  function pressed(event) {
    if (event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      // The search was asked for from within its field: no focus event follows.
      if (event.key === "k" && list.hidden && !reopen()) askEmpty();
      return;
    }
    const isOpen = !list.hidden;
    // As above: in an empty field this key asks for the search, see keys.js.
    if (event.key === "/" && !field.value && !isOpen) return askEmpty();
    const down = event.key === "ArrowDown", up = event.key === "ArrowUp";
    if (down || up) {
      if (event.altKey) {
        if (down && !isOpen) reopen();
        if (up) close();
      } else if (isOpen || reopen()) step(down ? 1 : -1);
      else return askEmpty();
      event.preventDefault();
    } else if (event.key === "Enter" && isOpen && active >= 0) {
      event.preventDefault();
      open(options[active]);
    } else if (event.key === "Escape") {
      drop();
      if (isOpen) close();
      else if (field.value) field.value = "";
      else return;
      event.preventDefault();
    } else if (["Home", "End", "ArrowLeft", "ArrowRight"].includes(event.key)) choose(-1);
  }

  // While a word is composed, as in Japanese, what stands in the field is not what is meant.
  field.addEventListener("input", (event) => { event.isComposing ? drop() : typed(); });
  field.addEventListener("compositionend", typed);
  field.addEventListener("keydown", pressed);
  // Not on the focus that a page begins with: nobody asked for a list then.
  field.addEventListener("focus", () => { if (navigator.userActivation?.hasBeenActive) timer = setTimeout(askEmpty, WAIT_MS); });
  field.addEventListener("click", () => { if (list.hidden && !reopen()) askEmpty(); });
  field.addEventListener("blur", () => { drop(); close(); });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("pointermove", (event) => { if (event.movementX || event.movementY) drop(); });
  form.addEventListener("submit", () => { drop(); remember(field.value.trim()); });
}

document.querySelectorAll("[data-suggest]").forEach(combobox);
