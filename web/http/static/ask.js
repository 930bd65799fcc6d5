// Answers that may already fit, under the title of the question form; never in the way of asking.
const WAIT_MS = 600;
const MIN_LENGTH = 8;

function nearAnswers(form) {
  const title = form.querySelector("[name=title]");
  const box = document.createElement("div");
  box.className = "near-live";
  box.hidden = true;
  box.setAttribute("role", "status");
  title.after(box);
  let timer, request;

  function show(hits) {
    box.hidden = hits.length === 0;
    const heading = document.createElement("p");
    heading.className = "hint";
    heading.textContent = form.dataset.near;
    box.replaceChildren(heading, ...hits.map(makeAnswer));
  }

  // The link opens beside the form, so that what was typed stays; the button closes the matter.
  function makeAnswer(hit, index) {
    const row = document.createElement("p");
    const link = document.createElement("a");
    link.href = hit.url;
    link.target = "_blank";
    link.textContent = hit.title;
    link.addEventListener("click", () => report(hit, index + 1));
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button-link";
    button.textContent = form.dataset.solved;
    button.addEventListener("click", () => close(hit));
    row.append(link, " ", button);
    return row;
  }

  // A form of its own, since none may stand inside another.
  function close(hit) {
    const sent = document.createElement("form");
    sent.action = "/ask/answered";
    sent.method = "post";
    sent.hidden = true;
    const search = form.querySelector("[name=s]")?.value ?? "";
    for (const [name, value] of Object.entries({ entry: hit.id, title: title.value.trim(), s: search })) {
      const field = document.createElement("input");
      field.name = name;
      field.value = value;
      sent.append(field);
    }
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
      const reply = await fetch(`/api/v1/search?limit=3&q=${encodeURIComponent(text)}`, { signal: mine.signal });
      if (reply.ok && mine === request) show((await reply.json()).hits.filter((hit) => hit.type === "entry"));
    } catch (error) {
      if (error.name !== "AbortError") box.hidden = true;
    }
  }

  title.addEventListener("input", () => {
    clearTimeout(timer);
    const text = title.value.trim().slice(0, 300);
    if (text.length < MIN_LENGTH) { request?.abort(); box.hidden = true; } else timer = setTimeout(look, WAIT_MS, text);
  });
}

document.querySelectorAll("[data-ask]").forEach(nearAnswers);
