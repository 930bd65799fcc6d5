// A vote without a page jump: the form is sent as it is, and the bar that comes back takes its place.
async function send(event) {
  const form = event.target;
  const bar = form.closest("[data-vote]");
  if (!bar) return;
  // Where a browser cannot do this, the form goes its plain way.
  const said = new FormData(form, event.submitter);
  event.preventDefault();
  bar.setAttribute("aria-busy", "true");
  try {
    const reply = await fetch(form.action, { method: "POST", body: new URLSearchParams(said) });
    if (!reply.ok) throw new Error(String(reply.status));
    const page = new DOMParser().parseFromString(await reply.text(), "text/html");
    const fresh = document.importNode(page.getElementById(bar.id), true);
    bar.replaceWith(fresh);
    const title = fresh.querySelector(".vote-title");
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  } catch {
    // The page that says what is wrong comes the plain way.
    for (const [name, value] of said) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name, value });
      form.append(field);
    }
    form.submit();
  }
}

document.addEventListener("submit", send);
