// The page's own elements may open the panel, now or when they come later.
if (data.open) document.addEventListener("click", (event) => {
  if (!event.target.closest?.(data.open) || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open();
});
root.append(el(data.position === "left" ? "div.left" : "div.right", !data.open && launch, dialog));
attach();

window.KundigWidget = Object.freeze({
  open: () => open(),
  close,
  attach,
  search: open,
  // A token, or a function that fetches one: it is asked again when the token ended.
  setMemberToken(given) {
    freshToken = given?.call && given;
    token = freshToken ? null : given;
    views.length = 0;
    if (dialog.open) ready();
  },
});
tell("ready");
