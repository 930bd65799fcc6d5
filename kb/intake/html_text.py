"""Turns HTML mail into plain text without the mails that it quotes."""

from __future__ import annotations

import html
import re

import lxml.etree
import lxml.html
from inscriptis import Inscriptis
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.model.config import ParserConfig

# Markup is several times longer than its text; more than this is no letter of a customer.
MAX_HTML_CHARACTERS = 300_000
MIN_TAGS = 2
TAG = re.compile(
    r"</?(?:html|body|head|div|p|br|span|table|tbody|tr|td|th|a|b|i|u|ul|ol|li|em|strong|font|img|"
    r"blockquote|pre|h[1-6]|hr|style)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
SURE_TAG = re.compile(r"</(?:p|div|span|a|table|html|body|li|strong)>|<br ?/?>", re.IGNORECASE)
ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|nbsp|apos|auml|ouml|uuml|szlig|#\d{1,6}|#x[0-9a-f]{1,5});", re.I
)
# How mail programs mark what they quote: Gmail, Outlook, Thunderbird, Apple Mail, Yahoo,
# ProtonMail, Zendesk, Freshdesk.
QUOTED_BLOCKS = (
    "//*[contains(concat(' ', @class, ' '), ' gmail_quote ')]"
    " | //*[contains(concat(' ', @class, ' '), ' gmail_signature ')]"
    " | //*[contains(@class, 'moz-cite-prefix')] | //*[contains(@class, 'moz-signature')]"
    " | //blockquote[@type='cite'] | //*[contains(@class, 'yahoo_quoted')]"
    " | //*[contains(@class, 'protonmail_quote')] | //*[contains(@class, 'zd-comment-quote')]"
    " | //*[contains(@class, 'freshdesk_quote')] | //*[@id='Signature']"
)
QUOTE_STARTS = "//*[@id='divRplyFwdMsg' or @id='appendonsend' or @id='OLK_SRC_BODY_SECTION']"
CONFIG = ParserConfig(css=STRICT_CSS_PROFILE, display_links=False, display_images=False)


def looks_like_html(text: str) -> bool:
    """Tell whether a text is HTML, not merely a text that names a tag."""
    if "<" not in text:
        return False
    start = text[:MAX_HTML_CHARACTERS]
    if start.lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
        return True
    return SURE_TAG.search(start) is not None and len(TAG.findall(start)) >= MIN_TAGS


def html_to_text(markup: str) -> str:
    """Return the text of HTML as a reader sees it, lines kept, quoted mails left out.

    Where nothing but a quote is in it the quote stays. Never raises for broken markup; markup
    nested too deep for the parser gives its text without layout.
    """
    markup = markup[:MAX_HTML_CHARACTERS]
    tree = _parsed(markup)
    if tree is None:
        return _without_tags(markup)
    whole = _rendered(tree)
    _drop_quotes(tree)
    text = _rendered(tree)
    if text.strip():
        return text
    return whole if whole.strip() else _without_tags(markup)


def unescape_entities(text: str) -> str:
    """Return plain text with the entities (`&amp;`) that exports leave in it as characters."""
    return html.unescape(text) if ENTITY.search(text) else text


def _parsed(markup: str) -> lxml.html.HtmlElement | None:
    # An XML declaration makes lxml refuse text, for which the encoding is settled already.
    markup = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", markup)
    try:
        return lxml.html.fromstring(markup)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def _rendered(tree: lxml.html.HtmlElement) -> str:
    return str(Inscriptis(tree, CONFIG).get_text())


def _drop_quotes(tree: lxml.html.HtmlElement) -> None:
    for element in tree.xpath(QUOTE_STARTS):
        for following in list(element.itersiblings()):
            _drop(following)
        _drop(element)
    for element in tree.xpath(QUOTED_BLOCKS):
        _drop(element)


def _drop(element: lxml.html.HtmlElement) -> None:
    if element.getparent() is not None:
        # drop_tree keeps the text that follows the element.
        element.drop_tree() if hasattr(element, "drop_tree") else element.getparent().remove(
            element
        )


def _without_tags(markup: str) -> str:
    return html.unescape(ANY_TAG.sub(" ", markup))
