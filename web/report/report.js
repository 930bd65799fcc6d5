// The map of questions: draws it, zooms and pans it, and ties it to the lists of topics.
// The page reads without it; everything here comes from the JSON element of the page.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const page = document.documentElement;
  page.classList.add("has-script");
  const { topics, words } = data;
  const count = data.x.length;
  const canvas = document.getElementById("map");
  const pen = canvas.getContext("2d");
  const tip = document.getElementById("map-tip");
  const chosenPlace = document.getElementById("map-chosen");
  const list = document.getElementById("topic-list");
  const filter = document.getElementById("filter");
  const number = new Intl.NumberFormat(data.lang);
  const percent = new Intl.NumberFormat(data.lang, { style: "percent", maximumFractionDigits: 1 });
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const DOT = 10; // units of the map in the width of a dot
  const LARGEST_DOT = 34; // pixels between two dots beyond which nothing is gained by zooming
  const MOST_LISTED = 400;
  const REACH = 14; // pixels around the pointer in which a dot is found
  const CELL = 4 * DOT;

  // --- what is looked at -------------------------------------------------------------------

  let width = 0, height = 0, fit = 1;
  const view = { x: 0, y: 0, zoom: 1 }; // middle of the frame in units of the map
  let chosen = -1, over = -1, shown = null, frame = 0, moving = 0;

  const maxZoom = () => Math.max(2, LARGEST_DOT / (DOT * fit));
  const scale = () => fit * view.zoom;
  const toScreenX = (x) => (x - view.x) * scale() + width / 2;
  const toScreenY = (y) => (y - view.y) * scale() + height / 2;
  const toMapX = (px) => (px - width / 2) / scale() + view.x;
  const toMapY = (py) => (py - height / 2) / scale() + view.y;

  const bounds = { left: 0, right: 0, top: 0, bottom: 0 };
  for (let i = 0; i < count; i++) {
    bounds.left = Math.min(bounds.left, data.x[i] - DOT);
    bounds.right = Math.max(bounds.right, data.x[i] + DOT);
    bounds.top = Math.min(bounds.top, data.y[i] - DOT);
    bounds.bottom = Math.max(bounds.bottom, data.y[i] + DOT);
  }

  // Dots by topic, and by place for finding the one under the pointer.
  const dotsOf = topics.map(() => []);
  const loose = [];
  const cells = new Map();
  for (let i = 0; i < count; i++) {
    (data.topic[i] >= 0 ? dotsOf[data.topic[i]] : loose).push(i);
    const key = cellKey(Math.floor(data.x[i] / CELL), Math.floor(data.y[i] / CELL));
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(i);
  }
  function cellKey(column, row) { return column * 100003 + row; }

  function nearestDot(px, py, reach) {
    const x = toMapX(px), y = toMapY(py), far = Math.max(reach / scale(), DOT / 2);
    let best = -1, bestAway = far * far;
    for (let column = Math.floor((x - far) / CELL); column <= (x + far) / CELL; column++) {
      for (let row = Math.floor((y - far) / CELL); row <= (y + far) / CELL; row++) {
        for (const i of cells.get(cellKey(column, row)) || []) {
          const away = (data.x[i] - x) ** 2 + (data.y[i] - y) ** 2;
          if (away < bestAway && isShown(data.topic[i])) { best = i; bestAway = away; }
        }
      }
    }
    return best;
  }
  function isShown(topic) { return shown === null || (topic >= 0 && shown.has(topic)); }

  // --- drawing -----------------------------------------------------------------------------

  let colours = null;
  function readColours() {
    const style = getComputedStyle(page);
    const value = (name) => style.getPropertyValue(name).trim();
    const tones = [[value("--topic-l"), value("--topic-c")], [value("--topic-l-2"), value("--topic-c-2")]];
    colours = {
      loose: value("--loose"), ink: value("--ink"), ground: value("--map-ground"), focus: value("--focus"),
      topics: topics.map((one) => `oklch(${tones[one.tone][0]} ${tones[one.tone][1]} ${data.hues[one.hue]})`),
      font: getComputedStyle(document.body).fontFamily,
    };
  }

  function measure() {
    const ratio = Math.min(window.devicePixelRatio || 1, 3);
    width = canvas.clientWidth; height = canvas.clientHeight;
    canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const spanX = bounds.right - bounds.left || 1, spanY = bounds.bottom - bounds.top || 1;
    fit = Math.min((width - 24) / spanX, (height - 24) / spanY, 2.2);
    draw();
  }

  function draw() {
    if (!frame) frame = requestAnimationFrame(() => { frame = 0; drawNow(); });
  }

  function drawNow() {
    if (!width) return;
    if (!colours) readColours();
    pen.clearRect(0, 0, width, height);
    const radius = Math.min(Math.max(DOT * 0.4 * scale(), 0.9), 9);
    const fades = chosen >= 0;
    drawDots(loose, colours.loose, fades || shown ? 0.25 : 0.8, radius * 0.8);
    topics.forEach((_, place) => {
      if (place !== chosen) drawDots(dotsOf[place], colours.topics[place], !isShown(place) ? 0.07 : fades ? 0.22 : 0.92, radius);
    });
    if (fades) {
      drawDots(dotsOf[chosen], colours.topics[chosen], 1, radius * 1.1);
      ring(topics[chosen].x, topics[chosen].y, topics[chosen].r * scale() + radius + 5, 2);
    }
    if (over >= 0) ring(data.x[over], data.y[over], radius + 3, 2);
    drawLabels();
    canvas.classList.toggle("is-zoomed", view.zoom > 1.01);
  }

  function drawDots(dots, colour, alpha, radius) {
    pen.globalAlpha = alpha;
    pen.fillStyle = colour;
    pen.beginPath();
    for (const i of dots) {
      const x = toScreenX(data.x[i]), y = toScreenY(data.y[i]);
      if (x < -radius || y < -radius || x > width + radius || y > height + radius) continue;
      if (radius < 1.3) pen.rect(x - radius, y - radius, 2 * radius, 2 * radius);
      else { pen.moveTo(x + radius, y); pen.arc(x, y, radius, 0, 7); }
    }
    pen.fill();
    pen.globalAlpha = 1;
  }

  function ring(x, y, radius, line) {
    pen.strokeStyle = colours.ink;
    pen.lineWidth = line;
    pen.beginPath();
    pen.arc(toScreenX(x), toScreenY(y), radius, 0, 7);
    pen.stroke();
  }

  // Names on plates of the ground: the largest topics first, each where it covers no other label; more of them the nearer.
  function drawLabels() {
    const taken = [];
    const room = Math.max(4, Math.round((width * height) / 26000));
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    pen.lineWidth = 3;
    const order = chosen >= 0 ? [chosen, ...topics.keys()] : topics.keys();
    let drawn = 0;
    for (const place of order) {
      if (drawn >= room) break;
      const one = topics[place];
      if (!isShown(place) && place !== chosen) continue;
      const x = toScreenX(one.x), y = toScreenY(one.y), wide = one.r * scale();
      if (x < -40 || y < -10 || x > width + 40 || y > height + 10) continue;
      if (wide < 13 && drawn >= 6 && place !== chosen && view.zoom < maxZoom() / 2) continue;
      const size = place === chosen ? 14 : Math.min(15, Math.max(12, 10 + wide / 14));
      pen.font = `600 ${size}px ${colours.font}`;
      const lines = wrapped(one.label, Math.max(104, Math.min(200, wide * 1.9)));
      const half = Math.max(...lines.map((line) => pen.measureText(line).width)) / 2 + 6;
      const tall = (lines.length * size * 1.2) / 2 + 3;
      // The chosen one is named above its island and a small one below, so that the dots can be seen.
      const at = place === chosen ? y - wide - tall - 14 : wide < half * 0.8 ? y + wide + tall - 2 : y;
      const cx = Math.min(Math.max(x, half), width - half), cy = Math.min(Math.max(at, tall), height - tall);
      const box = [cx - half, cy - tall, cx + half, cy + tall];
      if (taken.some((b) => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1])) continue;
      taken.push(box);
      drawn++;
      pen.globalAlpha = chosen >= 0 && place !== chosen ? 0.55 : 1;
      pen.fillStyle = colours.ground;
      pen.globalAlpha *= 0.66;
      pen.beginPath();
      pen.roundRect(box[0], box[1], 2 * half, 2 * tall, 6);
      pen.fill();
      pen.globalAlpha = chosen >= 0 && place !== chosen ? 0.55 : 1;
      pen.strokeStyle = colours.ground;
      lines.forEach((line, row) => {
        const baseline = cy + (row - (lines.length - 1) / 2) * size * 1.2;
        pen.strokeText(line, cx, baseline);
        pen.fillStyle = colours.ink;
        pen.fillText(line, cx, baseline);
      });
      pen.globalAlpha = 1;
    }
  }

  const wraps = new Map();
  function wrapped(text, wide) {
    const key = `${pen.font}|${Math.round(wide)}|${text}`;
    if (wraps.has(key)) return wraps.get(key);
    const lines = [""];
    for (const word of text.split(" ")) {
      const longer = lines[lines.length - 1] ? `${lines[lines.length - 1]} ${word}` : word;
      if (pen.measureText(longer).width <= wide || !lines[lines.length - 1]) lines[lines.length - 1] = longer;
      else if (lines.length < 2) lines.push(word);
      else { lines[1] += " …"; break; }
    }
    const cut = lines.map((line) => (line.length > 34 ? `${line.slice(0, 32)}…` : line));
    if (wraps.size > 3000) wraps.clear();
    wraps.set(key, cut);
    return cut;
  }

  // --- moving ------------------------------------------------------------------------------

  function keepInside() {
    view.zoom = Math.min(Math.max(view.zoom, 1), maxZoom());
    const middleX = (bounds.left + bounds.right) / 2, middleY = (bounds.top + bounds.bottom) / 2;
    const roomX = Math.max(0, (bounds.right - bounds.left) / 2 - (width / scale()) * 0.35);
    const roomY = Math.max(0, (bounds.bottom - bounds.top) / 2 - (height / scale()) * 0.35);
    if (view.zoom <= 1.001) { view.x = middleX; view.y = middleY; return; }
    view.x = Math.min(Math.max(view.x, middleX - roomX), middleX + roomX);
    view.y = Math.min(Math.max(view.y, middleY - roomY), middleY + roomY);
  }

  function zoomAt(px, py, factor) {
    stopMoving();
    const x = toMapX(px), y = toMapY(py);
    view.zoom = Math.min(Math.max(view.zoom * factor, 1), maxZoom());
    view.x = x - (px - width / 2) / scale();
    view.y = y - (py - height / 2) / scale();
    keepInside();
    draw();
  }

  function panBy(px, py) {
    view.x -= px / scale();
    view.y -= py / scale();
    keepInside();
    draw();
  }

  function moveTo(x, y, zoom) {
    stopMoving();
    const from = { ...view }, start = performance.now(), lasts = still.matches ? 0 : 140;
    const step = (now) => {
      const part = lasts ? Math.min(1, (now - start) / lasts) : 1, eased = part * (2 - part);
      view.x = from.x + (x - from.x) * eased;
      view.y = from.y + (y - from.y) * eased;
      view.zoom = from.zoom * (zoom / from.zoom) ** eased;
      if (part === 1) { Object.assign(view, { x, y, zoom }); keepInside(); }
      draw();
      moving = part < 1 ? requestAnimationFrame(step) : 0;
    };
    step(start);
  }
  function stopMoving() { cancelAnimationFrame(moving); moving = 0; }

  function showAll() {
    hideTip();
    moveTo((bounds.left + bounds.right) / 2, (bounds.top + bounds.bottom) / 2, 1);
  }

  let scrolledAt = 0;
  addEventListener("scroll", () => { scrolledAt = performance.now(); }, { passive: true });
  canvas.addEventListener("wheel", (event) => {
    // A page that is being scrolled goes on scrolling when the map comes under the pointer.
    const scrolls = performance.now() - scrolledAt < 250 && !event.ctrlKey;
    if (scrolls || (event.deltaY > 0 && view.zoom <= 1.001 && !event.ctrlKey)) return;
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 18 : 1;
    zoomAt(event.offsetX, event.offsetY, Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0022)));
    hover(event.offsetX, event.offsetY);
  }, { passive: false });

  const fingers = new Map();
  let dragged = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
    dragged = fingers.size > 1 ? 99 : 0;
    stopMoving();
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) { if (event.pointerType !== "touch") hover(event.offsetX, event.offsetY); return; }
    const dx = event.offsetX - before[0], dy = event.offsetY - before[1];
    dragged += Math.abs(dx) + Math.abs(dy);
    if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
      const was = Math.hypot(before[0] - other[0], before[1] - other[1]);
      const is = Math.hypot(event.offsetX - other[0], event.offsetY - other[1]);
      if (was > 0) zoomAt((event.offsetX + other[0]) / 2, (event.offsetY + other[1]) / 2, is / was);
      panBy(dx / 2, dy / 2);
    } else if (dragged > 4) {
      canvas.classList.add("is-moving");
      hideTip();
      panBy(dx, dy);
    }
    fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
  });
  const letGo = (event) => {
    const tapped = fingers.delete(event.pointerId) && event.type === "pointerup" && dragged <= 4;
    if (!fingers.size) canvas.classList.remove("is-moving");
    if (!tapped) return;
    const dot = hover(event.offsetX, event.offsetY);
    if (dot < 0 || data.topic[dot] < 0) choose(-1);
    else choose(data.topic[dot], { scroll: true });
  };
  canvas.addEventListener("pointerup", letGo);
  canvas.addEventListener("pointercancel", letGo);
  canvas.addEventListener("pointerleave", () => { if (!fingers.size) hideTip(); });
  canvas.addEventListener("dblclick", (event) => zoomAt(event.offsetX, event.offsetY, 2));
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { ArrowLeft: [70, 0], ArrowRight: [-70, 0], ArrowUp: [0, 70], ArrowDown: [0, -70] };
    if (steps[event.key]) { stopMoving(); panBy(...steps[event.key]); hover(width / 2, height / 2, 60); }
    else if (event.key === "+" || event.key === "=") { zoomAt(width / 2, height / 2, 1.5); hover(width / 2, height / 2, 60); }
    else if (event.key === "-") zoomAt(width / 2, height / 2, 1 / 1.5);
    else if (event.key === "0") showAll();
    else if (event.key === "Enter" && over >= 0 && data.topic[over] >= 0) choose(data.topic[over], { scroll: true });
    else if (event.key === "Escape") { choose(-1); hideTip(); }
    else return;
    event.preventDefault();
  });
  const zoomMiddle = (factor) => { hideTip(); zoomAt(width / 2, height / 2, factor); };
  document.getElementById("zoom-in").addEventListener("click", () => zoomMiddle(1.6));
  document.getElementById("zoom-out").addEventListener("click", () => zoomMiddle(1 / 1.6));
  document.getElementById("zoom-all").addEventListener("click", showAll);

  // --- the question under the pointer ---------------------------------------------------------

  function hover(px, py, reach = REACH) {
    const dot = nearestDot(px, py, reach);
    canvas.classList.toggle("is-over", dot >= 0);
    if (dot < 0) { hideTip(); return dot; }
    if (dot !== over) {
      over = dot;
      const topic = data.topic[dot];
      const title = document.createElement("span");
      title.className = "tip-topic";
      if (topic >= 0) title.append(swatch(topic), ` ${topics[topic].label}`);
      else title.textContent = topic < -1 && topics[-2 - topic] ? filled(words.near, { topic: topics[-2 - topic].label }) : words.none;
      tip.replaceChildren(title, data.text[dot]);
      draw();
    }
    tip.hidden = false;
    const x = toScreenX(data.x[dot]), y = toScreenY(data.y[dot]);
    const left = Math.min(Math.max(x - tip.offsetWidth / 2, 8), width - tip.offsetWidth - 8);
    const above = y - tip.offsetHeight - 14;
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(above > 4 ? above : y + 16)}px)`;
    return dot;
  }
  function hideTip() {
    tip.hidden = true;
    if (over >= 0) { over = -1; draw(); }
    canvas.classList.remove("is-over");
  }
  function filled(text, values) { return text.replace(/\{(\w+)\}/g, (_, name) => values[name]); }

  function swatch(place) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", `swatch hue-${topics[place].hue} tone-${topics[place].tone}`);
    svg.setAttribute("viewBox", "0 0 12 12");
    svg.setAttribute("aria-hidden", "true");
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    for (const [name, value] of [["cx", 6], ["cy", 6], ["r", 6]]) circle.setAttribute(name, value);
    svg.append(circle);
    return svg;
  }

  // --- topics: the list, the tables, the chosen one -----------------------------------------

  const rows = new Map([...document.querySelectorAll("tr[data-topic]")].map((row) => [Number(row.dataset.topic), row]));
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = topics.map((one, place) => folded(`${one.label} ${one.words.join(" ")} ${rows.get(place)?.querySelector(".wordings")?.textContent ?? ""}`));
  const rest = document.getElementById("rest");

  function showList() {
    const asked = folded(filter.value).split(/\s+/).filter(Boolean);
    const places = [...topics.keys()].filter((place) => asked.every((word) => texts[place].includes(word)));
    shown = asked.length ? new Set(places) : null;
    const items = places.slice(0, MOST_LISTED).map(listed);
    const left = places.length - items.length;
    if (left > 0) items.push(note(filled(words.more, { num: number.format(left) })));
    if (!places.length) items.push(note(words.nothing));
    list.replaceChildren(...items);
    document.getElementById("filter-count").textContent = filled(words.found, { shown: number.format(places.length), total: number.format(topics.length) });
    for (const [place, row] of rows) row.hidden = shown !== null && !shown.has(place);
    if (rest && shown !== null) rest.open = places.some((place) => rest.contains(rows.get(place) ?? null));
    if (chosen >= 0 && !isShown(chosen)) choose(-1);
    hideTip();
    draw();
  }
  function note(text) {
    const item = document.createElement("li");
    item.className = "note";
    item.textContent = text;
    return item;
  }
  function listed(place) {
    const one = topics[place];
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.place = place;
    button.setAttribute("aria-pressed", String(place === chosen));
    const label = document.createElement("span");
    label.className = "list-label";
    label.textContent = one.label;
    if (one.lang) label.lang = one.lang;
    const size = document.createElement("span");
    size.className = "count";
    size.textContent = number.format(one.size);
    button.append(swatch(place), label, size);
    const item = document.createElement("li");
    item.append(button);
    return item;
  }

  function choose(place, { scroll = false, move = false } = {}) {
    chosen = place;
    for (const button of list.querySelectorAll("button")) {
      const is = Number(button.dataset.place) === place;
      button.setAttribute("aria-pressed", String(is));
      if (is && scroll) list.scrollTop = button.offsetTop - list.offsetTop - list.clientHeight / 3;
    }
    for (const [at, row] of rows) row.classList.toggle("is-chosen", at === place);
    chosenPlace.replaceChildren(...(place >= 0 ? [chosenBox(place)] : []));
    if (place >= 0 && move) {
      const one = topics[place];
      const seen = one.r * fit * view.zoom;
      const inside = toScreenX(one.x) > 40 && toScreenX(one.x) < width - 40 && toScreenY(one.y) > 40 && toScreenY(one.y) < height - 40;
      const wanted = Math.min(Math.min(width, height) / 5 / (Math.max(one.r, DOT) * fit), 8);
      if (!inside || seen < 18) moveTo(one.x, one.y, Math.max(view.zoom, wanted, 1.01));
    }
    draw();
  }

  function chosenBox(place) {
    const one = topics[place];
    const box = document.createElement("div");
    box.className = "chosen-box";
    const title = document.createElement("b");
    title.append(swatch(place), ` ${one.label}`);
    if (one.lang) title.lang = one.lang;
    const figures = document.createElement("span");
    figures.textContent = filled(words.share, { size: number.format(one.size), share: percent.format(one.share) });
    const keywords = document.createElement("span");
    keywords.className = "words";
    keywords.textContent = one.words.join(" · ");
    box.append(title, figures, keywords);
    if (rows.has(place)) {
      const link = document.createElement("a");
      link.href = `#topic-${one.number}`;
      link.textContent = words.details;
      link.addEventListener("click", () => openRow(place));
      box.append(link);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "chosen-close";
    close.textContent = "×";
    close.setAttribute("aria-label", words.close);
    close.addEventListener("click", () => { choose(-1); canvas.focus(); });
    box.append(close);
    return box;
  }
  function openRow(place) {
    const row = rows.get(place);
    if (rest && rest.contains(row)) rest.open = true;
    const more = row.querySelector(".more");
    if (more) more.open = true;
  }
  function openFromAddress() {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (row && row.dataset.topic !== undefined) { openRow(Number(row.dataset.topic)); row.scrollIntoView(); }
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const place = Number(button.dataset.place);
    choose(place === chosen ? -1 : place, { move: true });
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const button = step && event.target.closest("li")?.[step]?.querySelector("button");
    if (button) { button.focus(); event.preventDefault(); }
  });
  document.querySelectorAll("[data-show]").forEach((button) => button.addEventListener("click", () => {
    choose(Number(button.dataset.show), { scroll: true, move: true });
    document.getElementById("map-title").scrollIntoView({ behavior: still.matches ? "auto" : "smooth" });
  }));
  filter.addEventListener("input", showList);
  filter.addEventListener("keydown", (event) => { if (event.key === "Escape") { filter.value = ""; showList(); } });
  addEventListener("hashchange", openFromAddress);

  // --- the frame changes ---------------------------------------------------------------------

  const repaint = () => { colours = null; draw(); };
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) matchMedia(query).addEventListener("change", repaint);
  matchMedia("print").addEventListener("change", () => { colours = null; measure(); cancelAnimationFrame(frame); frame = 0; drawNow(); });
  new ResizeObserver(() => { measure(); keepInside(); }).observe(canvas);
  showList();
  measure();
  keepInside();
  if (location.hash) openFromAddress();
})();
