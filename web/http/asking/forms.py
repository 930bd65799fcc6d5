"""The question form: blank for a page, filled from a product read before, and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from kb.attachments import Attachment
from kb.errors import NotFound
from kb.mail import find_address
from kb.store.engine import reading
from kb.store.entries.reading import get_entry
from kb.store.entries.shelf_queries import find_shelf, shelf_counts
from kb.visible_text import has_visible
from web.http.asking import texts
from web.http.asking.stamps import make_stamp
from web.http.contexts import AskForm, FieldError, KeptFile, ProductChoice
from web.http.dependencies import MAX_ID
from web.http.frame import Visit, page_before
from web.http.reading.file_contexts import size_in_words

READ = "read"
"""Query parameter that names the entry which left its reader stuck."""

MAX_TITLE_CHARS = 300
MAX_BODY_CHARS = 20_000
MAX_LINKS = 8
"""A question with more links than this is no question."""

MAX_PRODUCTS = 1_000
MAX_SLUG_CHARS = 120
ENTRY_BEFORE = re.compile(r"/faq/([0-9]{1,18})\b")
LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into the form, without white space around it."""

    title: str = ""
    body: str = ""
    email: str = ""
    product: str = ""


def blank_form(
    visit: Visit, *, title: str = "", search: str = "", product: str | None = None
) -> AskForm:
    """The form for a page, with the product of the entry that was read before, if any.

    `product` names another one by its slug, "" for none.
    """
    with reading(visit.site.engine) as conn:
        chosen = _product_before(conn, visit) if product is None else product
        choices = product_choices(conn, visit, chosen)
    return AskForm(
        title=title,
        search=search,
        products=choices,
        asks_email=visit.viewer.account_id is None,
        started=make_stamp(visit.site),
    )


def product_choices(conn: Connection, visit: Visit, chosen: str) -> tuple[ProductChoice, ...]:
    """The products that have answers for this viewer, by name; unknown `chosen` chooses none."""
    shelves = shelf_counts(
        conn, "product", viewer=visit.viewer, locale=visit.locale, limit=MAX_PRODUCTS
    )
    by_name = sorted(shelves, key=lambda one: (one.name.casefold(), one.slug))
    return tuple(ProductChoice(one.slug, one.name, one.slug == chosen) for one in by_name)


def _product_before(conn: Connection, visit: Visit) -> str:
    """Return the product of the entry that led here, "" for none."""
    found = ENTRY_BEFORE.match(page_before(visit.request) or "")
    number = int(found[1]) if found else 0
    if not 0 < number <= MAX_ID:
        return ""
    try:
        return get_entry(conn, number, viewer=visit.viewer).product or ""
    except NotFound:
        return ""


def kept_files(attachments: Iterable[Attachment]) -> tuple[KeptFile, ...]:
    """The files of a parcel as the form lists them."""
    return tuple(KeptFile(one.id, one.name, *size_in_words(one.size)) for one in attachments)


def wrong_fields(visit: Visit, typed: Typed, *, needs_email: bool) -> tuple[FieldError, ...]:
    """What is wrong with which field, in the order of the form; () where nothing is."""
    found = []
    if not has_visible(typed.title):
        found.append(("title", texts.TITLE_MISSING))
    elif len(typed.title) > MAX_TITLE_CHARS:
        found.append(("title", texts.TITLE_TOO_LONG))
    if len(typed.body) > MAX_BODY_CHARS:
        found.append(("body", texts.BODY_TOO_LONG))
    elif count_links(typed) > MAX_LINKS:
        found.append(("body", texts.TOO_MANY_LINKS))
    if typed.product and not _is_product(visit, typed.product):
        found.append(("product", texts.PRODUCT_UNKNOWN))
    if needs_email and not typed.email:
        found.append(("email", texts.EMAIL_MISSING))
    elif needs_email and find_address(typed.email) is None:
        found.append(("email", texts.EMAIL_UNREADABLE))
    return tuple(FieldError(name, visit.text(message)) for name, message in found)


def _is_product(visit: Visit, slug: str) -> bool:
    if len(slug) > MAX_SLUG_CHARS:
        return False
    with reading(visit.site.engine) as conn:
        return find_shelf(conn, "product", slug, viewer=visit.viewer) is not None


def count_links(typed: Typed) -> int:
    """How many web addresses somebody wrote."""
    return len(LINK.findall(f"{typed.title} {typed.body}"))
