// Suggestions under the search field: an ARIA combobox over GET /api/v1/suggest.
// Enter without a choice submits the form, so the results page is always one key away.
// An empty field shows this tab's last searches (kept by the tab alone) and what is popular.
const WAIT_MS = 200;
const MAX_SHOWN = 8;
const live = document.querySelector("[data-live]");
const hasCjk = (text) => /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(text);
const RECENT = "kundig-recent-searches";
const MAX_RECENT = 3;
const longEnough = (text) => text.length >= (hasCjk(text) ? 1 : 2);

function recent() {
  try { return JSON.parse(sessionStorage.getItem(RECENT)) ?? []; } catch { return []; }
}

function remember(text) {
  if (!text) return;
  const texts = [text, ...recent().filter((one) => one !== text)].slice(0, MAX_RECENT);
  try { sessionStorage.setItem(RECENT, JSON.stringify(texts)); } catch { /* refused: none are shown */ }
}

function combobox(form) {
  const field = form.querySelector("[data-search-field]");
  const list = document.createElement("div");
  list.id = `${field.id}-suggestions`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.label);
  form.append(list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) field.setAttribute(name, value);

  let timer, request, options = [], active = -1, shownFor = null;

  function close() {
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
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
  function report(option) {
    const typed = field.value.trim().slice(0, 300);
    const { type, id, rank } = option.dataset;
    if (type !== "entry" || !typed) return;
    const body = JSON.stringify({ typed, type, id: Number(id), rank: Number(rank) });
    fetch("/api/v1/clicks", { method: "POST", keepalive: true, headers: { "content-type": "application/json" }, body }).catch(() => {});
  }

  function open(option) {
    report(option);
    if (option.dataset.type === "search") remember(option.textContent);
    if (option.dataset.url) return location.assign(option.dataset.url);
    field.value = option.textContent;
    form.requestSubmit();
  }

  function makeOption(suggestion, index) {
    const option = document.createElement("div");
    option.id = `${list.id}-${index}`;
    option.className = "suggestion";
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    Object.assign(option.dataset, { url: suggestion.url ?? "", type: suggestion.type, id: suggestion.id ?? 0, rank: index + 1 });
    option.textContent = suggestion.text;
    option.addEventListener("mousedown", (event) => event.preventDefault());
    option.addEventListener("click", () => open(option));
    return option;
  }

  function makeGroup(type) {
    const name = { entry: field.dataset.entries, thread: field.dataset.threads, recent: field.dataset.recent }[type] ?? field.dataset.searches;
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", name);
    const heading = document.createElement("div");
    heading.className = "suggestions-group";
    heading.setAttribute("aria-hidden", "true");
    heading.textContent = name;
    group.append(heading);
    return group;
  }

  function show(suggestions) {
    const groups = new Map();
    for (const suggestion of suggestions.slice(0, MAX_SHOWN)) {
      if (!groups.has(suggestion.type)) groups.set(suggestion.type, []);
      groups.get(suggestion.type).push(suggestion);
    }
    options = [];
    const made = [...groups].map(([type, members]) => {
      const group = makeGroup(type);
      for (const member of members) {
        options.push(makeOption(member, options.length));
        group.append(options.at(-1));
      }
      return group;
    });
    list.replaceChildren(...made);
    close();
    live.textContent = options.length === 0 ? field.dataset.none
      : options.length === 1 ? field.dataset.one : field.dataset.many.replace("#", options.length);
    if (!options.length) return;
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  }

  function askEmpty() {
    if (field.value.trim() || document.activeElement !== field) return;
    ask("");
  }

  async function ask(text) {
    request?.abort();
    const mine = request = new AbortController();
    try {
      const reply = await fetch(`/api/v1/suggest?q=${encodeURIComponent(text)}`, { signal: mine.signal });
      if (!reply.ok) return close();
      let { suggestions } = await reply.json();
      if (!text) {
        const before = recent();
        suggestions = [...before.map((one) => ({ text: one, type: "recent" })), ...suggestions.filter((one) => !before.includes(one.text))];
        if (!suggestions.length) return;
      }
      if (mine !== request || document.activeElement !== field) return;
      shownFor = text;
      show(suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    const text = field.value.trim();
    if (!longEnough(text)) {
      request?.abort();
      shownFor = null;
      close();
      if (!text) timer = setTimeout(askEmpty, WAIT_MS);
      return;
    }
    timer = setTimeout(ask, WAIT_MS, text);
  });
  field.addEventListener("keydown", (event) => {
    const isOpen = !list.hidden;
    if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && isOpen && active >= 0) {
      event.preventDefault();
      open(options[active]);
    } else if (event.key === "ArrowDown" && !isOpen && !field.value.trim()) {
      askEmpty();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      if (!isOpen && shownFor === field.value.trim()) {
        list.hidden = false;
        field.setAttribute("aria-expanded", "true");
      }
      if (list.hidden) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      const places = options.length + 1; // one more: back in the field
      choose(((active + 1 + step + places) % places) - 1);
    }
  });
  // Not on the focus that a page begins with: nobody asked for a list then.
  field.addEventListener("focus", () => { if (navigator.userActivation?.hasBeenActive) timer = setTimeout(askEmpty, WAIT_MS); });
  field.addEventListener("click", () => { if (list.hidden) askEmpty(); });
  field.addEventListener("blur", () => { clearTimeout(timer); request?.abort(); close(); });
  form.addEventListener("submit", () => { clearTimeout(timer); request?.abort(); remember(field.value.trim()); });
}

document.querySelectorAll("[data-suggest]").forEach(combobox);
