// A button at each password field that shows what is typed.
for (const form of document.querySelectorAll("[data-passwords]")) {
  for (const field of form.querySelectorAll('input[type="password"]')) {
    const box = document.createElement("div");
    box.className = "password-box";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "password-show";
    button.textContent = form.dataset.show;
    button.setAttribute("aria-controls", field.id);
    button.setAttribute("aria-label", `${form.dataset.show}: ${field.labels[0]?.textContent ?? ""}`);
    const show = (shown) => {
      field.type = shown ? "text" : "password";
      const word = shown ? form.dataset.hide : form.dataset.show;
      button.textContent = word;
      button.setAttribute("aria-label", `${word}: ${field.labels[0]?.textContent ?? ""}`);
    };
    button.addEventListener("click", () => {
      show(field.type === "password");
      field.focus();
    });
    // Shown, a browser would keep it among what was typed into text fields.
    form.addEventListener("submit", () => show(false));
    field.replaceWith(box);
    box.append(field, button);
    if (field.hasAttribute("autofocus")) field.focus();
  }
}
