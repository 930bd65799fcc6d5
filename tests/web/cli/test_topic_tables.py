"""Topics read well in a terminal of any width, and are whole where a program reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from sqlalchemy import update

from kb.store.engine import open_engine, transaction
from kb.store.questions.reading import questions_named
from kb.store.schema import topics as topics_table
from tests.web.cli.conftest import Run
from web.cli.output import out
from web.cli.topic_tables import sparkline

LABEL = "Die Überweisung auf mein Geschäftskonto wurde am Wochenende zweimal ausgeführt, warum?"
WIDE = "电池充电后还是不亮怎么办请帮帮我谢谢大家"
WEEKS = [[f"2026-W{week:02}", week % 5] for week in range(1, 31)]


@pytest.fixture
def known_topics(topics: list[int], record: Path) -> list[int]:
    """The two topics with all that a run finds out about them."""
    lamp, invoice = topics
    engine = open_engine(f"sqlite:///{record / 'record.sqlite3'}")
    with transaction(engine) as conn:
        first, second, third = (questions_named(conn, name)[0] for name in ("a1", "a2", "a3"))
        draft = {
            "text": "Unplug the lamp.\n1. Screw the bulb in.\n2. Plug it in.",
            "reply_id": 1,
            "question_id": first,
            "written_at": "2026-03-02T10:00:00+00:00",
            "agreeing": 2,
            "replies": 3,
            "contradictions": [
                {
                    "sentence": "The lamp has a two year guarantee.",
                    "written_at": "2026-03-02T10:00:00+00:00",
                    "other_sentence": "The lamp has a one year guarantee.",
                    "other_written_at": "2026-04-02T10:00:00+00:00",
                }
            ],
        }
        evidence = {
            "asked": [
                {
                    "question_id": second,
                    "lang": "en",
                    "verdict": "none",
                    "confidence": 0.12,
                    "entry_id": None,
                }
            ],
            "entry_id": None,
            "helpful": 0,
            "unhelpful": 0,
            "reasons": [],
            "checked_at": datetime(2026, 7, 1, tzinfo=UTC).isoformat(),
        }
        known = {
            "label": LABEL,
            "lang": "de",
            "keywords": ["Überweisung", "Geschäftskonto", "zweimal"],
            "weeks": WEEKS,
            "trend": "rising",
            "verdict": "open",
            "effect": 3.42,
            "unanswered_share": 0.5,
            "reposts": 4,
            "langs": {"de": 2},
            "products": {"lamp": 1},
            "typical": [first, second],
            "atypical": [third],
            "near": [{"id": invoice, "cosine": 0.81, "shared": ["zweimal"]}],
            "evidence": evidence,
            "draft": draft,
            "cohesion": 0.66,
        }
        conn.execute(update(topics_table).where(topics_table.c.id == lamp).values(**known))
        other = {"label": WIDE, "weeks": WEEKS, "trend": "steady", "verdict": "covered"}
        conn.execute(update(topics_table).where(topics_table.c.id == invoice).values(**other))
    engine.dispose()
    return topics


@pytest.mark.parametrize("width", [60, 72, 80, 100, 120, 160])
def test_every_width_has_its_columns(
    known_topics: list[int], run: Run, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(out, "_width", width)
    ran = run("topics")
    lines = ran.out.splitlines()

    assert max(cell_len(line) for line in lines) <= width
    assert lines[0].split()[:3] == ["topic", "effect", "asked"]
    assert lines[1].split()[:3] == [str(known_topics[0]), "3.4", "2"]
    assert lines[1].index("3.4") + 3 == lines[0].index("effect") + 6
    assert "Die Überweisung" in lines[1]
    assert "电池" in ran.out
    figures = lines[0].partition("what people ask")[0]
    assert ("people" in figures) == (width >= 72)
    assert ("verdict" in lines[0]) == (width >= 92)
    assert ("keywords" in lines[0]) == (width >= 120)
    assert "Überweisung, G" in ran.out
    assert "open" in ran.out
    assert any("people a week" in line for line in ran.lines)


def test_into_a_pipe_nothing_is_cut_or_coloured(
    known_topics: list[int], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS")
    listed = run("topics").out

    assert "\x1b" not in listed
    assert "…" not in listed
    assert LABEL in listed
    assert len(listed.splitlines()) == 3
    assert LABEL in run("topics", known_topics[0]).out.splitlines()


def test_one_topic_tells_all_that_is_stored(known_topics: list[int], run: Run) -> None:
    lamp, invoice = known_topics
    told = run("topics", lamp).out

    for words in (
        f"topic {lamp} · candidate · 2 asked",
        "4 reposts",
        "cohesion 0.66",
        "rising",
        "channels: ticket 2",
        "languages: de 2",
        "products: lamp 1",
        "open, 3.4 people a week without an answer",
        "0 of 1 wordings find an answer (asked 2026-07-01)",
        f"kb promote {lamp} --answer-file",
        "most typical",
        "least typical",
        f"{invoice}  0.81",
        "both: zweimal",
        "from the reply to a1 (2026-03-02)",
        "1. Screw the bulb in.",
        "2 of 3 useful replies",
        "two year guarantee",
        "against: (2026-04-02) The lamp has a one year guarantee.",
    ):
        assert words in told
    assert "2026-W30" in told


def test_json_has_the_same_facts(known_topics: list[int], run: Run) -> None:
    (first, _second) = run("topics", "--json").json["topics"]

    assert first["effect"] == 3.42
    assert first["unanswered_share"] == 0.5
    assert first["near"][0]["id"] == known_topics[1]
    assert first["evidence"]["asked"][0]["verdict"] == "none"
    assert first["next_step"] == "write"
    assert [one["source_id"] for one in first["atypical"]] == ["a3"]
    assert first["members"] == ["a1", "a2"]


def test_before_any_verdict_there_is_no_effect_to_show(topics: list[int], run: Run) -> None:
    ran = run("topics")

    assert "effect" not in ran.out
    assert "verdict" not in ran.out
    assert run("topics", topics[0]).code == 0


def test_a_sparkline_shows_the_last_weeks() -> None:
    weeks = tuple((week, count) for week, count in WEEKS)
    assert len(sparkline(weeks, 6)) == 6
    assert sparkline(()) == ""
