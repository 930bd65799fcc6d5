"""What a browser calls itself, in two plain words: `Firefox on Android`."""

from __future__ import annotations

JOINED_BY = " on "
MAX_AGENT_CHARS = 1_000

BROWSERS = (
    # In this order: each also carries the words of those below it.
    (("edg/", "edga/", "edgios/"), "Edge"),
    (("opr/", "opera"), "Opera"),
    (("samsungbrowser/",), "Samsung Internet"),
    (("vivaldi/",), "Vivaldi"),
    (("firefox/", "fxios/"), "Firefox"),
    (("chrome/", "crios/", "chromium/"), "Chrome"),
    (("safari/",), "Safari"),
)
SYSTEMS = (
    (("iphone",), "iPhone"),
    (("ipad",), "iPad"),
    (("android",), "Android"),
    (("windows",), "Windows"),
    (("cros ",), "ChromeOS"),
    (("mac os x", "macintosh"), "Mac"),
    (("linux", "x11"), "Linux"),
)


def device_name(user_agent: str) -> str:
    """The browser and its system, like `Firefox on Android`; empty for programs we do not know."""
    text = user_agent[:MAX_AGENT_CHARS].lower()
    browser, system = _first(BROWSERS, text), _first(SYSTEMS, text)
    return JOINED_BY.join(word for word in (browser, system) if word)


def device_parts(device: str) -> tuple[str, str]:
    """The browser and the system of `device_name`, each may be empty: pages say it their way."""
    browser, joined, system = device.partition(JOINED_BY)
    if joined or browser in {name for _, name in BROWSERS}:
        return browser, system
    return "", browser


def _first(known: tuple[tuple[tuple[str, ...], str], ...], text: str) -> str:
    return next((name for words, name in known if any(word in text for word in words)), "")
