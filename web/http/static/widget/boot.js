// What the script tag says, and what the server put in; a second script tag only puts back what the page took away.
const script = document.currentScript, data = script.dataset, BASE = new URL(script.src).origin;
if (window.KundigWidget) return KundigWidget.attach();
const accent = CSS.supports("color", data.accent ?? "") ? data.accent : BOOT.accent;
let lang = [data.lang, document.documentElement.lang, ...navigator.languages].map((one) => one?.slice(0, 2)).find((one) => BOOT.texts[one]) ?? "en";
let T = BOOT.texts[lang];
