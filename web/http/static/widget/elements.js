// Elements are made one by one, never from markup: this works under any policy of the page.
// `el("p.hint", { id: "x" }, "text", [more])`: attributes and listeners in objects, the rest goes in.
function el(name, ...parts) {
  const [tag, kind] = name.split("."), made = document.createElement(tag);
  if (kind) made.className = kind;
  for (const part of parts.flat(9)) {
    if (part?.constructor !== Object) { if (part) made.append(part); continue; }
    for (const [key, value] of Object.entries(part)) {
      if (value?.call) made.addEventListener(key, value);
      else if (value != null) made.setAttribute(key, value);
    }
  }
  return made;
}

const newTab = { target: "_blank", rel: "noopener" };
const button = (text, click, kind = "quiet") => el("button." + kind, { type: "button", click }, text);
const outside = (text, href) => el("p", el("a", { href, ...newTab }, text, el("span.only-read", " " + T.newTab)));
const heading = (text, level = "h2") => el(level, { tabindex: -1 }, text);

// A tree of [element, attributes, children], as the server sends answers.
const grown = (nodes) => nodes.map((node) => typeof node === "string" ? node : el(node[0], node[1], node[0] === "a" && newTab, grown(node[2])));

// Ranges count characters, not the units of this language's texts.
function marked(text, marks) {
  const chars = [...text];
  let done = 0;
  return [...marks.flatMap(([from, to]) => [
    chars.slice(done, from).join(""), el("mark", chars.slice(from, done = to).join("")),
  ]), chars.slice(done).join("")];
}
