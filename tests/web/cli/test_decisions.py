"""Decisions by command: said, listed, taken back, or refused with one clear line."""

from __future__ import annotations

from collections.abc import Callable

from tests.web.cli.conftest import Run, assert_refused

Counts = Callable[[], dict[str, int]]


def test_merge_split_move_and_undo(topics: list[int], run: Run, counts: Counts) -> None:
    lamp, invoice = topics
    before = counts()
    assert_refused(run("merge", lamp, lamp), "one already")
    assert_refused(run("merge", lamp, 999), "999")
    assert_refused(run("split", lamp, "a3"), "not in topic")
    assert_refused(run("split", lamp, "a1", "a2"), "empty")
    assert_refused(run("move", "unheard-of", lamp), "unheard-of")
    assert_refused(run("move", "a1", lamp), "already")
    assert_refused(run("undo", "nonsense"), "nonsense")
    assert_refused(run("undo", " "), "name a decision")
    assert counts() == before
    moved = run("move", "a2", invoice, "--json").json
    assert moved["topic"] == invoice
    assert counts()["decisions"] > 0
    assert run("undo", moved["decision"]).code == 0
    assert counts()["decisions"] == 0
    assert_refused(run("undo", moved["decision"]), "taken back by operator already")
    assert run("merge", lamp, invoice, "--json").json["topic"] == lamp


def test_two_questions_are_the_same_or_not(topics: list[int], run: Run) -> None:
    lamp, _invoice = topics
    assert_refused(run("same", "a1", "a1"), "two different questions")
    assert_refused(run("not-same", "a3"), "nothing but question")
    assert run("same", "a3", "a1", "--json").json["topic"] == lamp
    assert run("not-same", "a3", "--json").json["topic"] == lamp
    assert_refused(run("not-same", "a3"), "in no topic")
    assert run("not-same", "a1", "a2", "--json").json["topic"] == lamp


def test_a_topic_is_dismissed_and_comes_back(topics: list[int], run: Run) -> None:
    lamp, _invoice = topics
    assert_refused(run("restore-topic", lamp), "only a dismissed one")
    assert run("dismiss", lamp).code == 0
    assert_refused(run("dismiss", lamp), "only a candidate")
    assert run("restore-topic", lamp, "--json").json["topic"] == lamp


def test_decisions_are_listed_with_the_words_of_those_concerned(
    topics: list[int], run: Run
) -> None:
    lamp, invoice = topics
    assert "nobody decided anything" in run("decisions").err
    run("same", "a1", "a2")
    move = run("move", "a2", invoice, "--json").json["decision"]
    run("dismiss", lamp)
    undone = run("undo", move[:6], "--json").json
    assert undone["undone"] == move

    lines = run("decisions").out
    assert 'dismissed topic 1 "Lamp flickers"' in lines
    assert "question 1 is the same as question 2" in lines
    assert move[:8] not in lines
    every = run("decisions", "--all", "--json").json["decisions"]
    assert [(one["action"], one["state"]) for one in every] == [
        ("dismiss", "stands"),
        ("move", "undone"),
        ("same", "stands"),
    ]
    again = run("redo", move[:6], "--json").json
    assert again["decision"] != move
    assert_refused(run("redo", again["decision"]), "nothing to do again")
