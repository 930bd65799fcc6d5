"""The page holds everything, loads nothing, and no text of a customer becomes markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from kb.questions import GroupableQuestion
from web.report.facts import Asked, Facts, NamedTopic, count_facts
from web.report.map_data import MOST_POINTS, draw_map
from web.report.page import FOLDER, LANGUAGES, ReportPage, Source, render_report

ATTACK = (
    "</script><script>alert(1)</script><!--<img src=x onerror=alert(2)> & \u2028 \"quoted\" 'one'"
)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
BABEL = {"encoding": "utf-8", "trimmed": "true", "extensions": "jinja2.ext.i18n"}


def question(number: int, body: str, **given: object) -> GroupableQuestion:
    values: dict[str, object] = {
        "id": number,
        "text_hash": f"{number:064}",
        "subject": "",
        "body": body,
        "lang": "en" if number % 3 else "de",
        "product": "Lamp" if number % 2 else None,
        "channel": "ticket",
        "asked_at": START + timedelta(days=number),
        "sender": f"s{number}",
    }
    return GroupableQuestion(**{**values, **given})  # type: ignore[arg-type]


def asked_of(sizes: list[int], *, alone: int = 0, text: str = "lamp flickers") -> Asked:
    """Topics of these sizes and some questions of none, a day apart."""
    count = sum(sizes) + alone
    random = np.random.default_rng(1)
    topic_of = np.r_[np.repeat(np.arange(len(sizes)), sizes), np.full(alone, -1)]
    vectors = random.normal(size=(count, 8)).astype(np.float32)
    return Asked(
        questions=[question(number, f"{text} {number}") for number in range(count)],
        topic_of=topic_of.astype(np.int32),
        nearest_topic=np.where(topic_of < 0, -1, topic_of).astype(np.int32),
        dated=np.ones(count, dtype=np.bool_),
        vectors=vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
    )


def page_of(
    asked: Asked,
    names: list[NamedTopic],
    source: Source | None = None,
    *,
    most_points: int = MOST_POINTS,
) -> ReportPage:
    facts, place_of = count_facts(asked, names)
    found = source or Source("tickets.csv", True, {"thanks": 3}, masked=2)
    drawn = draw_map(asked, place_of, facts.topics, most_points=most_points)
    return ReportPage(found, facts, drawn, date(2026, 6, 1))


def named(count: int, label: str = "Topic") -> list[NamedTopic]:
    return [
        NamedTopic(place + 1, f"{label} {place}", "en", ("lamp", "dark"), (f"example {place}",))
        for place in range(count)
    ]


class Reader(HTMLParser):
    """Collects tags with their attributes, and the text of the scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in self.raw else ""
        if self._inside:
            self.raw[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.raw[self._inside][-1] += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_loads_nothing_and_its_policy_names_what_is_in_it(lang: str) -> None:
    html = render_report(page_of(asked_of([9, 5, 3], alone=4), named(3)), lang=lang)
    reader = read(html)

    for tag, attributes in reader.tags:
        assert tag not in ("link", "img", "iframe", "object", "embed", "form")
        assert "src" not in attributes
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#").startswith("#")
    style = reader.raw["style"][0]
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = [a["content"] for _, a in reader.tags if "http-equiv" in a]
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for text in (style, reader.raw["script"][1]):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_what_customers_wrote_stays_text() -> None:
    asked = asked_of([4, 2], alone=2, text=ATTACK)
    names = [NamedTopic(1, ATTACK, "en", (ATTACK,), (ATTACK,)), *named(2)[1:]]
    reader = read(render_report(page_of(asked, names, Source(ATTACK, True, {})), lang="en"))

    assert len(reader.raw["script"]) == 2
    assert [tag for tag, _ in reader.tags].count("img") == 0
    data = json.loads(reader.raw["script"][0])
    assert data["topics"][0]["label"] == ATTACK
    assert "alert(1)" in data["text"][0]
    assert "</" not in reader.raw["script"][0]


def test_the_headline_and_the_tables_are_there_without_a_script() -> None:
    sizes = [*range(60, 20, -1)]
    html = render_report(page_of(asked_of(sizes, alone=10), named(40)), lang="en")

    total = sum(sizes) + 10
    share = f"{sum(sizes[:20]) / total:.0%}"
    assert f"{total:,} questions are <em>40 topics</em>; the 20 largest are {share} of all." in html
    assert html.count("<tr id=") == 40
    assert "Show 15 more topics" in html
    assert html.count('class="spark"') >= 40


def test_german_figures_and_words() -> None:
    html = render_report(page_of(asked_of([700, 400, 100]), named(3)), lang="de")

    assert "1.200 Fragen sind <em>3 Themen</em>; das größte macht 58\xa0% aus." in html
    assert "Was am meisten gefragt wird" in html
    assert "What people" not in html


def test_no_topic_at_all_is_said() -> None:
    html = render_report(page_of(asked_of([], alone=3), []), lang="en")
    assert "3 questions, and no two of them mean the same." in html


@pytest.mark.parametrize("sizes", [[2], [2, 2], [5] * 12])
def test_small_reports_render(sizes: list[int]) -> None:
    undated = asked_of(sizes)
    plain = Asked(
        [question(n, "x", sender=None, product=None, lang=None) for n in range(sum(sizes))],
        undated.topic_of,
        undated.nearest_topic,
        np.zeros(sum(sizes), dtype=np.bool_),
        undated.vectors,
    )
    html = render_report(page_of(plain, named(len(sizes))), lang="en")
    assert html.count("<tr id=") == len(sizes)
    assert "Over time" not in html


def test_a_repost_counts_once_and_is_said() -> None:
    asked = asked_of([4])
    same = [
        question(number, "again", sender="mara", asked_at=START + timedelta(hours=number))
        for number in range(4)
    ]
    page = page_of(
        Asked(same, asked.topic_of, asked.nearest_topic, asked.dated, asked.vectors), named(1)
    )

    assert (page.facts.asks, page.facts.reposts, page.facts.people) == (1, 3, 1)
    assert "3 questions repeat one by the same person" in render_report(page, lang="en")


def test_rising_topics_lead() -> None:
    days = [0, 20, 40, *range(56, 84)]
    asked = asked_of([len(days)])
    questions = [
        question(place, "x", asked_at=START + timedelta(days=day)) for place, day in enumerate(days)
    ]
    facts, _ = count_facts(
        Asked(questions, asked.topic_of, asked.nearest_topic, asked.dated, asked.vectors), named(1)
    )
    assert [one.rank for one in facts.rising] == [1]
    assert facts.rising[0].recent > facts.rising[0].before


def test_shares_add_up_to_what_is_grouped() -> None:
    facts: Facts = count_facts(asked_of([6, 9, 3], alone=2), named(3))[0]

    assert [one.size for one in facts.topics] == [9, 6, 3]
    assert [one.name.number for one in facts.topics] == [2, 1, 3]
    assert facts.topics[-1].reach == pytest.approx(0.9)
    assert facts.span is not None
    assert sum(facts.span.grouped) + sum(facts.span.ungrouped) == facts.asks == 20


def test_beyond_what_a_canvas_moves_a_sample_keeps_every_topic() -> None:
    sizes = [1_500, 900, 2]
    page = page_of(asked_of(sizes, alone=100), named(3), most_points=2_000)

    assert page.map.points <= 2_000 + 4
    shown = np.bincount([one for one in page.map.data["topic"] if one >= 0], minlength=3)
    assert shown[2] >= 1
    assert shown[0] / shown[1] == pytest.approx(15 / 9, rel=0.01)
    html = render_report(page, lang="en")
    assert "of 2,502 questions" in html
    assert len(html.encode()) < 500_000


def test_the_catalogue_has_every_text_of_the_report_and_no_other() -> None:
    methods = [("**.html", "jinja2"), ("**.py", "python")]
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(FOLDER, methods, {"**.html": BABEL}, keywords=keywords)
    texts = {message for _, _, message, _, _ in found}
    with (FOLDER / "locale/de/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="de", abort_invalid=True)
    entries = {message.id: message for message in catalogue if message.id}

    assert {i if isinstance(i, str) else tuple(i) for i in entries} == texts
    for message in entries.values():
        strings = [message.string] if isinstance(message.string, str) else message.string
        assert all(strings), message.id
        assert list(message.check(catalogue)) == []


def test_another_language_is_refused() -> None:
    with pytest.raises(KeyError):
        render_report(page_of(asked_of([2]), named(1)), lang="fr")


def test_the_files_of_the_page_are_packaged() -> None:
    project = Path(__file__).resolve().parents[3]
    listed = (project / "pyproject.toml").read_text(encoding="utf-8")
    (line,) = re.findall(r'^"web\.report" = \[(.*)\]$', listed, re.MULTILINE)
    for path in FOLDER.rglob("*"):
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            assert path.suffix == ".po" or f'"*{path.suffix}"' in line
