// The panel is a modal dialog: the browser keeps the focus in it, and it lies above the whole page.
const views = [];
let opener, config, beginning;

const host = el("kundig-widget", { lang, scheme: data.scheme });
const root = host.attachShadow({ mode: "open" });
const dress = (styles) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets.push(sheet);
};
dress(`${STYLES}:host{--source:var(--kundig-accent,${accent})}`);

const live = el("div.only-read", { role: "status" });
const place = el("div.place");
const back = button("←", goBack, "icon");
const title = el("h1", { id: "heading" });
const dialog = el("dialog", { "aria-labelledby": "heading", close: closed, click: (event) => event.target === dialog && close() },
  el("header", back, title, el("button.icon", { type: "button", "aria-label": T.close, click: close }, "✕")), place, live);
const launch = el("button.launch", { "aria-haspopup": "dialog", "aria-expanded": "false", click: () => open() }, data.label ?? T.button);

// A page that builds itself anew may have taken it away.
function attach() {
  if (host.isConnected) return;
  // It was no dialog any more when it left, but would come back as an open box.
  dialog.open = false;
  launch.setAttribute("aria-expanded", "false");
  document.documentElement.append(host);
}

function show({ view, focus, top = 0 }) {
  announce("");
  place.replaceChildren(view);
  back.hidden = views.length < 2;
  (focus ?? view.querySelector("h2"))?.focus();
  place.scrollTop = top;
}

function push(view, focus) {
  Object.assign(views.at(-1) ?? {}, { focus: root.activeElement, top: place.scrollTop });
  views.push({ view, focus });
  show(views.at(-1));
}

function goBack() {
  views.pop();
  show(views.at(-1));
}

async function open(query) {
  attach();
  if (!dialog.open) {
    opener = document.activeElement;
    dialog.showModal();
    launch.setAttribute("aria-expanded", "true");
    // Where the reader left off, not at the button that closes.
    if (views[0]) (views[1] ? place.querySelector("h2") : field).focus({ preventScroll: true });
    tell("open");
  }
  await ready();
  if (query && config) {
    show(views[views.length = 1, 0]);
    field.value = query;
    search();
  }
}

// However often it is opened meanwhile, it begins once.
const ready = () => views.length ? 0 : (beginning ||= begin().finally(() => { beginning = 0; }));

// The first opening asks for words and styles; nothing was asked of the help centre before.
async function begin() {
  title.textContent = data.title ?? T.button;
  back.hidden = true;
  try {
    const first = !config;
    config = await call("config");
    ({ lang } = config);
    T = { ...T, ...config.texts };
    if (first) dress(config.styles);
    dialog.lang = lang;
    back.ariaLabel = T.back;
    title.textContent = data.title ?? T.panel;
    push(searchView(), field);
  } catch {
    place.replaceChildren(el("p", { role: "alert" }, T.lost), button(T.retry, ready), el("p", el("a", { href: BASE, ...newTab }, T.home)));
  }
}

function close() { dialog.close(); }

function closed() {
  launch.setAttribute("aria-expanded", "false");
  opener?.focus();
  tell("close");
}
