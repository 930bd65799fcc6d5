// The button that prints a page: browsers on phones hide theirs well.
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
