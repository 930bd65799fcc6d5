// Suggestions while typing are an ARIA combobox; Enter without a choice searches.
let field, list, results, timer, request, intent, options = [], active = -1;

function searchView() {
  field = el("input", {
    maxlength: 300, autocomplete: "off", enterkeyhint: "search", placeholder: data.placeholder ?? T.placeholder,
    role: "combobox", "aria-label": T.field, "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "list",
    input: typed, keydown: pressed, blur: shut, click: () => field.value || typed(),
  });
  list = el("div", { id: "list", role: "listbox", "aria-label": T.suggestions, mousedown: (event) => event.preventDefault() });
  list.hidden = true;
  const { popular } = config;
  results = el("div", popular[0] && [heading(T.popular), el("ul", popular.map((one) => el("li", entryLink(one))))]);
  const submit = (event) => { event.preventDefault(); search(); };
  return el("div", el("form.search", { role: "search", submit }, field, el("button.primary", T.search), list), results, askRow());
}

const askRow = () => el("p.row stuck", el("span", T.stuck), button(T.ask, () => push(askView(field.value))));

function shut() {
  timer = clearTimeout(timer);
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  choose(-1);
}

function choose(index) {
  options[active]?.setAttribute("aria-selected", "false");
  active = index;
  options[active]?.setAttribute("aria-selected", "true");
  options[active]?.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", options[active]?.id ?? "");
}

function typed() {
  shut();
  request?.abort();
  const text = field.value.trim();
  if (text.length !== 1 || text > "\u3040") timer = setTimeout(suggest, 200, text);
}

// What comes after the next key was pressed is dropped.
async function fresh(path, given, shown) {
  request?.abort();
  const { signal } = request = new AbortController();
  try {
    const found = await call(path, given, null, signal);
    if (signal.aborted) return;
    announce(found.said);
    shown(found);
  } catch (error) {
    if (signal.aborted) return;
    timer = 0;
    // Suggestions that fail say nothing: the search itself will.
    if (path === "search") results.replaceChildren(failure(error));
  }
}

const suggest = (text) => fresh("suggest", { q: text }, ({ suggestions }) => {
  timer = 0;
  if (root.activeElement !== field) return;
  options = suggestions.map((one, index) => el("div", {
    id: "o" + index, role: "option", "aria-selected": "false", click: () => take(one, { typed: text, rank: index + 1 }),
  }, one.text));
  list.replaceChildren(...options);
  list.hidden = !options[0];
  field.setAttribute("aria-expanded", !list.hidden);
});

function take(one, from) {
  shut();
  if (one.type === "entry") return read(one.id, from);
  field.value = one.text;
  search();
}

function pressed(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  // Escape calls off suggestions, those on their way too; only then does it close the panel.
  if (event.key === "Escape" && (timer || !list.hidden)) { request?.abort(); shut(); }
  else if (event.key === "Enter" && active >= 0) options[active].click();
  else if (step && list.hidden) typed();
  else if (step) choose((active + 1 + step + options.length + 1) % (options.length + 1) - 1);
  else return;
  event.preventDefault();
}

function search() {
  shut();
  const q = field.value.trim();
  if (q) fresh("search", { q, product: data.product ?? "" }, (found) => {
    const { verdict, total, near } = found, again = () => { field.value = found.did_you_mean; search(); };
    intent = found.intent;
    results.replaceChildren(
      found.did_you_mean ? el("p", T.meant, " ", button(found.did_you_mean, again, "link")) : "",
      heading(found.said),
      ...verdict === "none"
        ? [el("p", T.noneHint), button(T.send, () => push(askView(q)), "primary"), ...near[0] ? [el("h3", T.near), el("p.hint", T.nearHint), rows(near)] : []]
        : [rows(found.hits), found.more ? outside(T.all, found.more) : ""]);
    tell("search", { query: q, verdict, total });
  });
}

const rows = (hits) => el("ol.hits", hits.map((hit, index) => el("li", { lang: hit.lang },
  entryLink(hit, { intent, rank: index + 1 }), el("p", marked(hit.snippet, hit.marks)), el("p.hint", { lang }, hit.facts))));

// A click reads the entry here; what the reader opens in a tab of its own opens there.
const entryLink = (hit, from) => el("a", { href: hit.url, ...newTab, click: (event) => {
  if (hit.type !== "entry" || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  read(hit.id, from);
} }, hit.title);
