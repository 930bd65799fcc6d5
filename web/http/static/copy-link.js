// A button on each heading of an answer that copies the link to it.
const SHOWN_MS = 2000;

function toast(text) {
  const box = document.createElement("p");
  box.className = "toast";
  box.textContent = text;
  document.body.append(box);
  document.querySelector("[data-live]").textContent = text;
  setTimeout(() => box.remove(), SHOWN_MS);
}

for (const answer of navigator.clipboard ? document.querySelectorAll("[data-copy-links]") : []) {
  for (const heading of answer.querySelectorAll(":is(h2, h3, h4)[id]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy-link";
    button.textContent = "#";
    button.setAttribute("aria-label", `${answer.dataset.label}: ${heading.textContent}`);
    button.addEventListener("click", async () => {
      const address = new URL(`#${heading.id}`, location.href).href;
      await navigator.clipboard.writeText(address);
      history.replaceState(null, "", address);
      toast(answer.dataset.done);
    });
    heading.append(button);
  }
}
