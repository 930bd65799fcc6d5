"""What people may agree to: each purpose with the wording that they are shown, by version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.errors import NotFound

FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody reads before they agree, in one language."""

    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.title}. {self.text}"


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing to agree to; nothing else follows from it.

    `version` counts the wordings: a new one is asked anew, the old agreement says what it said.
    With `needs_confirmed_address` it counts only once the address was proved by a mail.
    """

    key: str
    version: int
    needs_confirmed_address: bool
    wordings: Mapping[str, Wording]

    def wording(self, locale: str) -> Wording:
        """The wording in a language of the site, in English where there is none."""
        return self.wordings.get(locale) or self.wordings[FALLBACK]


TIPS = "tips"
NEWS = "news"
SURVEYS = "surveys"

PURPOSES = (
    Purpose(
        TIPS,
        version=1,
        needs_confirmed_address=True,
        wordings={
            "en": Wording(
                "Tips by email",
                "Send me tips about the products that I use, at most twice a month.",
            ),
            "de": Wording(
                "Tipps per E-Mail",
                "Schicken Sie mir Tipps zu den Produkten, die ich nutze, höchstens zweimal im "
                "Monat.",
            ),
        },
    ),
    Purpose(
        NEWS,
        version=1,
        needs_confirmed_address=True,
        wordings={
            "en": Wording(
                "News of products by email",
                "Tell me about new products, updates and accessories, at most once a month.",
            ),
            "de": Wording(
                "Neues zu Produkten per E-Mail",
                "Informieren Sie mich über neue Produkte, Updates und Zubehör, höchstens einmal "
                "im Monat.",
            ),
        },
    ),
    Purpose(
        SURVEYS,
        version=1,
        needs_confirmed_address=True,
        wordings={
            "en": Wording(
                "Surveys about our help",
                "Ask me by email now and then how content I was with an answer.",
            ),
            "de": Wording(
                "Umfragen zu unserer Hilfe",
                "Fragen Sie mich ab und zu per E-Mail, wie zufrieden ich mit einer Antwort war.",
            ),
        },
    ),
)


def get_purpose(key: str) -> Purpose:
    """The purpose with this key; raises NotFound."""
    for purpose in PURPOSES:
        if purpose.key == key:
            return purpose
    raise NotFound("purpose", key)
