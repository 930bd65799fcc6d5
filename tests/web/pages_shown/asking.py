"""What the templates of asking are rendered with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from markupsafe import Markup

from web.http.account.watch_contexts import FrequencyChoice, WatchBox
from web.http.asking.contexts import AskPage, ConfirmPage, NearAnswer, SentPage
from web.http.asking.question_contexts import (
    AskerTools,
    BecameEntry,
    MyQuestionsPage,
    OwnQuestion,
    QuestionPage,
    Said,
    Step,
    TeamTools,
    ToAnswerPage,
    ToAnswerRow,
)
from web.http.contexts import (
    AskForm,
    FieldError,
    KeptFile,
    Notice,
    ProductChoice,
    Tab,
)
from web.http.reading.file_contexts import ShownFile
from web.http.reading.shelf_contexts import ListedLink

DAY = date(2026, 11, 2)
FILES = (ShownFile("beep.png", "beep.png", "/files/t/beep.png", "picture", 12, "kB"),)
WRONG = (FieldError("title", "Write your question in one sentence."),)
NO_TEXT = (FieldError("body", "Write something before you send it."),)
STEPS = (
    Step("asked", "done", DAY),
    Step("confirmed", "done"),
    Step("answered", "now"),
    Step("solved", "next"),
)
FORM = AskForm(
    body="It beeps",
    email="a@",
    errors=(*WRONG, FieldError("product", "Choose one."), FieldError("files", "Too large.")),
    search="s",
    products=(ProductChoice("piazza", "Piazza", True), ProductChoice("uno", "Uno")),
    started="stamp",
    parcel="p",
    files=(KeptFile(3, "beep.png", 12, "kB"),),
)
QUESTION = QuestionPage(
    address="/q/5",
    token="t",
    title="Why does it beep?",
    status="answered",
    steps=STEPS,
    text="Since Monday.",
    product="Piazza",
    files=FILES,
    said=(
        Said(1, "team", "Ada", DAY, html=Markup("<p>Clean it.</p>"), files=FILES),
        Said(2, "asker", text="Still beeps."),
        Said(3, "other", on=DAY, text="Mine too."),
    ),
    tells_by_mail=True,
    became=BecameEntry("Why does it beep?", "/faq/7-why", is_new=True),
    near=(ListedLink("How do I descale?", "/faq/1", "Piazza", "en"),),
    watch=WatchBox("question", 5, (FrequencyChoice("instant", True),), email="a@example.com"),
    asker=AskerTools(may_add=True, may_solve=True, may_keep=True),
    notice=Notice("Added."),
)
TEAM = TeamTools("answered", ("open", "solved", "spam", "hidden"), topic_url="/desk/topics/7")
ROW = OwnQuestion("Why does it beep?", "/q/5", "answered", DAY, DAY)
TABS = (Tab("", "/account/questions", True, 3), Tab("open", "/account/questions?show=open", False))
MINE = MyQuestionsPage(
    TABS,
    "",
    (ROW, replace(ROW, status="open", said_on=None)),
    first_url="/account/questions",
    next_url="/account/questions?cursor=c",
)

PAGES: dict[str, tuple[Any, ...]] = {
    "ask/form.html": (
        AskPage(),
        AskPage(FORM, (NearAnswer(7, "How do I descale?", "/faq/7-how?s=x&r=1"),)),
        AskPage(AskForm("Why?", asks_email=False)),
    ),
    "ask/sent.html": (SentPage("Why?"),),
    "ask/confirm.html": (
        ConfirmPage("s", title="Why?", body="It beeps.", asked_on=DAY),
        ConfirmPage(refused=True),
        ConfirmPage(),
    ),
    "question/question.html": (
        QUESTION,
        replace(
            QUESTION,
            status="waits",
            email="kim@example.org",
            confirm_by=DAY,
            just_sent=True,
            said=(),
            became=None,
            watch=None,
            asker=AskerTools(),
        ),
        *(replace(QUESTION, status=one) for one in ("held", "open", "more", "solved", "aside")),
        replace(QUESTION, asker=AskerTools(may_add=True, text="x", errors=NO_TEXT, open=True)),
        replace(QUESTION, token="", text="", files=(), said=(), near=(), became=None, watch=None),
        replace(QUESTION, asker=AskerTools(), watch=None, team=TEAM),
        replace(
            QUESTION,
            asker=AskerTools(),
            watch=None,
            team=replace(
                TEAM,
                text="Clean",
                errors=NO_TEXT,
                preview=Markup("<p>Clean</p>"),
                source="zendesk",
            ),
        ),
        replace(QUESTION, asker=AskerTools(), watch=None, team=replace(TEAM, state="spam")),
    ),
    "question/mine.html": (
        MINE,
        *(MyQuestionsPage(TABS, one) for one in ("", "open", "answered", "solved")),
    ),
    "desk/questions.html": (
        ToAnswerPage(
            TABS,
            "open",
            2,
            (ToAnswerRow("Why does it beep?", "/q/5", DAY, "Piazza", 2),),
            first_url="/desk/questions",
            next_url="/desk/questions?cursor=c",
        ),
        ToAnswerPage(TABS, "open"),
        ToAnswerPage(TABS, "held"),
    ),
}
