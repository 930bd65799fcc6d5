"""Structured data about a page for search engines, as JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from web.http.contexts import Link


def faq_page(*, title: str, answer: Markup, url: str, lang: str) -> Markup:
    """The JSON of a schema.org FAQPage with one question, safe inside a script element.

    `url` is the entry's canonical address, `lang` a BCP 47 tag. Only for entries that staff
    have published: a community answer would be a QAPage.
    """
    page = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "url": url,
        "inLanguage": lang,
        "mainEntity": [
            {
                "@type": "Question",
                "name": title,
                "acceptedAnswer": {"@type": "Answer", "text": str(answer)},
            }
        ],
    }
    return _inside_script(page)


def breadcrumb_list(links: Sequence[Link]) -> Markup:
    """The JSON of a schema.org BreadcrumbList, from the home page to the page itself.

    The addresses of the links are absolute.
    """
    items = [
        {"@type": "ListItem", "position": place, "name": link.label, "item": link.url}
        for place, link in enumerate(links, start=1)
    ]
    return _inside_script(
        {
            "@context": "https://schema.org",
            "@type": "BreadcrumbList",
            "itemListElement": items,
        }
    )


def _inside_script(data: Mapping[str, object]) -> Markup:
    text = json.dumps(data, ensure_ascii=False)
    # "</script>" or "<!--" in a text would end or change the element; JSON allows the escape
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
