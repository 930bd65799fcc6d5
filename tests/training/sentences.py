"""A few hundred German sentences with their English ones, composed from a short word list."""

from __future__ import annotations

from pathlib import Path

NOUNS = {
    "Rechnung": "invoice",
    "Bestellung": "order",
    "Lieferung": "delivery",
    "Erstattung": "refund",
    "Waschmaschine": "washing machine",
    "Kaffeemühle": "coffee grinder",
    "Steckdose": "socket",
    "Tür": "door",
    "Straße": "street",
    "Schraube": "screw",
    "Zahnbürste": "toothbrush",
    "Fernbedienung": "remote",
}
VERBS = {
    "sucht": "is looking for",
    "bezahlt": "pays for",
    "vergisst": "forgets",
    "zeigt": "shows",
    "braucht": "needs",
}
PEOPLE = {
    "Der Kunde": "The customer",
    "Meine Schwester": "My sister",
    "Der Nachbar": "The neighbour",
    "Niemand": "Nobody",
    "Jeder": "Everybody",
}
TEMPLATES = (
    ("{person} {verb} die {noun}.", "{person} {verb} the {noun}."),
    ("{person} {verb} heute eine {noun}.", "{person} {verb} a {noun} today."),
)


def sentence_pairs() -> list[tuple[str, str]]:
    """600 (German, English) pairs, always in the same order."""
    return [
        (
            german.format(person=person, verb=verb, noun=noun),
            english.format(person=PEOPLE[person], verb=VERBS[verb], noun=NOUNS[noun]),
        )
        for noun in NOUNS
        for verb in VERBS
        for person in PEOPLE
        for german, english in TEMPLATES
    ]


def write_pairs(path: Path) -> Path:
    """The pairs as a file of two columns."""
    lines = (f"{german}\t{english}\n" for german, english in sentence_pairs())
    path.write_text("".join(lines), encoding="utf-8")
    return path
