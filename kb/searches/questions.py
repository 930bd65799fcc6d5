"""Makes questions of searches that found no answer, so that topics count them."""

from __future__ import annotations

import hashlib
import re

from sqlalchemy import Connection

from kb.intake.noise import find_noise
from kb.intake.records import IncomingQuestion
from kb.searches.intents import StoredSearch
from kb.store.entries.shelf_queries import shelf_names
from kb.store.questions.incoming import store_question
from kb.store.questions.reading import find_question_by_source

CHANNEL = "search"
SOURCE = "search"

MIN_WORDS = 2
MIN_CONTENT_CHARS = 3
MIN_CJK_CHARS = 4
"""Written without spaces; so many characters are about two words."""

PLACEHOLDER = re.compile(r"\[[a-z]+\]")
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
CODE = re.compile(r"(?=\S*\d)(?=\S*[^\W\d_])[^\W_]+(?:-[^\W_]+)*")
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
FILLER_LIST = (
    "a am an and are at be can cant der die das den dem did do does ein eine einen einer es for "
    "geht get hab habe hat have hello help hi hilfe how i ich ihr im in ist it kann kein keine "
    "kommt mach mache machen macht man mein meine meinen mich mir mit my need nicht no not of off "
    "on or please bitte sie sind the then there to und von want warum was we wenn wer what when "
    "where who why wie will wo with you zu zum zur"
)
FILLER = frozenset(FILLER_LIST.split())
"""Words that ask but say nothing about what: a search of these alone was broken off."""

RUDE_LIST = (
    "arsch arschloch ass asshole bitch bullshit cock crap cunt damn dick ficken fick ficker fotze "
    "fuck fucker fucking hure hurensohn idiot idioten kacke motherfucker nazi penis porn porno "
    "pussy scheiß scheisse scheiße scheiss schlampe sex shit slut tits wichser whore xxx"
)
RUDE = frozenset(RUDE_LIST.split())
"""Whoever types nothing beside these asks nothing; beside other words they only show anger."""


def asks_something(text: str) -> bool:
    """Whether a masked search says enough to be a question: two words with content, or a code."""
    said = PLACEHOLDER.sub(" ", text)
    if find_noise("", said) is not None:
        return False
    if len(CJK.findall(said)) >= MIN_CJK_CHARS:
        return True
    words = [word.casefold() for word in WORD.findall(said)]
    telling = [word for word in words if word not in FILLER and word not in RUDE]
    if any(CODE.fullmatch(word) for word in telling):
        return True
    return len(words) >= MIN_WORDS and any(len(word) >= MIN_CONTENT_CHARS for word in telling)


def question_of_search(conn: Connection, search: StoredSearch) -> tuple[int, bool]:
    """Store a search as a question and return its id and whether it is new.

    One visitor's same words on one day are one question, however often they are sent; the
    visitor's daily name tells askers apart.
    """
    digest = hashlib.sha256(f"{search.visitor}\x00{search.text_key}".encode(errors="replace"))
    source_id = digest.hexdigest()[:32]
    known = find_question_by_source(conn, SOURCE, source_id)
    if known is not None:
        return known, False
    product = search.product
    if product and not shelf_names(conn, {"product": [product]}):
        # Anybody can write anything into an address; it must not become a product.
        product = None
    incoming = IncomingQuestion(
        source_id=source_id,
        subject=search.text,
        body="",
        created_at=search.at,
        lang=search.lang,
        product=product,
        sender=search.visitor,
    )
    question_id, outcome = store_question(conn, incoming, channel=CHANNEL, source=SOURCE)
    return question_id, outcome == "new"
