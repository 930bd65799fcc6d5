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
    const links = hits.map((hit) => {
      const link = document.createElement("a");
      link.href = hit.url;
      link.target = "_blank"; // what was typed must not be lost
      link.textContent = hit.title;
      return link;
    });
    box.replaceChildren(heading, ...links);
  }

  async function look(text) {
    request?.abort();
    const mine = request = new AbortController();
    try {
      const reply = await fetch(`/api/v1/search?limit=3&q=${encodeURIComponent(text)}`, { signal: mine.signal });
      if (reply.ok && mine === request) show((await reply.json()).hits);
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
