// The question form; what was typed stays as long as the page does.
const draft = {};

function askView(words) {
  if (words) draft.title = words;
  const needed = { "aria-required": "true" };
  const form = el("form", { novalidate: "", submit: send }, heading(T.ask), control("form"),
    control("title", { maxlength: 300, ...needed }),
    control("body", { rows: 5, maxlength: 20000 }),
    config.email ? el("p.hint", T.vouched.replace("#", config.email)) : control("email", { type: "email", autocomplete: "email", maxlength: 254, ...needed }),
    el("p.only-read", { "aria-hidden": "true" }, el("input", { name: "website", tabindex: -1, autocomplete: "off" })),
    el("button.primary", T.send));
  return form;
}

// A field with its label, hint and error; `form` has the error alone.
function control(name, given) {
  const wrong = el("p.error", { id: name + "-error", role: "alert" });
  if (!given) return wrong;
  const made = el(given.rows ? "textarea" : "input", { id: name, name, ...given, "aria-describedby": `${name}-hint ${name}-error`, input: () => { draft[name] = made.value; } });
  made.value = draft[name] ?? "";
  return el("div.field", el("label", { for: name }, T[name]), el("p.hint", { id: name + "-hint" }, T[name + "Hint"]), wrong, made);
}

// Each error stands at its field; the first one takes the focus.
async function send(event) {
  event.preventDefault();
  const form = event.target, sending = form.lastChild;
  for (const one of form.elements) one.removeAttribute("aria-invalid");
  for (const one of form.querySelectorAll(".error")) one.textContent = "";
  sending.disabled = true;
  try {
    const sent = await call("questions", {}, { ...Object.fromEntries(new FormData(form)), started: config.started, intent, product: data.product });
    draft.title = draft.body = "";
    views.length = 1;
    push(el("div", heading(T.sent), el("blockquote", sent.title), el("h3", T.next), el("ol", sent.steps.map((step) => el("li", step))), sent.url && outside(T.follow, sent.url)));
    tell("ask", { title: sent.title });
  } catch (error) {
    for (const { field: name, message } of error.errors ?? [{}]) {
      form.elements[name]?.setAttribute("aria-invalid", "true");
      (form.querySelector(`#${name}-error`) ?? form.querySelector(".error")).textContent = message ?? failure(error).textContent;
    }
    form.querySelector("[aria-invalid]")?.focus();
  }
  sending.disabled = false;
}
