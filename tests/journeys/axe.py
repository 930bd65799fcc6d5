"""What may be wrong with how a page is made: for machines that read it, and for the eye."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

GROW = """() => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (words.nextNode()) found.push(words.currentNode);
  for (const node of found) {
    if (!node.data.trim() || node.parentElement.closest("script, style, svg")) continue;
    node.data = node.data.replace(/\\p{L}{4,}/gu, (word) =>
      word + word.toLowerCase().slice(-Math.ceil(word.length * 0.4)));
  }
}"""
"""Makes each word of four letters or more 40 % longer, as a translation would."""

CLIPPED = """() => [...document.querySelectorAll(
    "button, a.button, summary, label, th, h1, h2, h3, legend, .badge, .tag, nav a")]
  .filter((one) => one.checkVisibility() && one.clientWidth > 1 && one.clientHeight > 1)
  .filter((one) => !one.closest(".only-read, .only-programs")
    && !(one.closest("thead")?.clientHeight <= 1))
  .filter((one) => getComputedStyle(one).display !== "inline")
  .filter((one) => one.scrollWidth > one.clientWidth + 1
    || one.scrollHeight > one.clientHeight + 3)
  .map((one) => one.outerHTML.slice(0, 160))"""
"""Labels that do not fit into what they stand in."""

SIDEWAYS = """() => {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility())
    .slice(0, 5).map((one) => one.outerHTML.slice(0, 160));
}"""


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA, a line for each element."""
    return _run(page, {"runOnly": WCAG})


def violations_without_colours(page: Page) -> list[str]:
    """The same for a page whose colours were looked at in another size; they take the longest."""
    return _run(page, {"runOnly": WCAG, "rules": {"color-contrast": {"enabled": False}}})


def faint_texts(page: Page) -> list[str]:
    """What axe finds against contrast alone, for one more set of colours."""
    return _run(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}})


def _run(page: Page, options: dict[str, Any]) -> list[str]:
    page.wait_for_load_state("load")
    wanted = {"resultTypes": ["violations"], "preload": False, **options}
    found: Any = Axe().run(page, options=wanted).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def misfits(page: Page) -> list[str]:
    """What reaches out of the window sideways, and labels that are cut off."""
    page.wait_for_load_state("load")
    found: list[str] = page.evaluate(SIDEWAYS) + page.evaluate(CLIPPED)
    return found
