"""The main job, end to end: questions in, a topic promoted, found by words nobody used before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.cli.conftest import Run

ANSWER = "Hold the **ring** for ten seconds until it blinks blue, then pair the speaker once more."

PAIRING = [
    "My speaker does not connect to my phone any more",
    "The phone cannot find the speaker",
    "Bluetooth pairing with the speaker fails since yesterday",
    "speaker is not found by bluetooth",
    "Cannot pair my new phone with the speaker",
    "The speaker will not pair with my phone",
    "Why does my phone no longer connect to the speaker?",
    "no bluetooth connection between phone and speaker",
    "Speaker not visible in the list of bluetooth devices",
    "How do I connect the speaker to my phone again?",
    "Pairing the speaker fails with an error",
    "phone says the speaker could not be paired",
]
INVOICE = [
    "Please send me the invoice for my order",
    "I need an invoice with my company's address",
    "Where do I find the invoice for last month?",
    "There was no invoice in the parcel",
    "Can I get the invoice as a PDF?",
    "the invoice shows the wrong company name",
    "I cannot find the invoice in my account",
    "Could you mail the invoice for my order again?",
    "My bookkeeper asks for the invoice of my order",
    "invoice is missing, where do I download it?",
    "How can I download an invoice for my order?",
    "Please correct the address on my invoice",
]
RETURNS = [
    "How do I return the headphones?",
    "I want to send the headphones back and get a refund",
    "Where is the return label for my headphones?",
    "Can I still return headphones after three weeks?",
    "When do I get my money back for the returned headphones?",
    "return of headphones, no label in the box",
    "I sent the headphones back and have no refund yet",
    "How long does a refund take after a return?",
    "Do I have to pay for sending the headphones back?",
    "I would like to return my order and get a refund",
    "Need a new return label, the old one is lost",
    "The headphones are on their way back, when is my refund?",
]
OTHERS = [
    "Do you have shops in Norway?",
    "Are you hiring in the warehouse?",
    "Which batteries go into the remote?",
    "Is there a student discount?",
]

UNSEEN = "handy finds no speaker over bluetooth, how to pair?"


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    """Forty questions with replies, as a help desk would export them."""
    rows: list[dict[str, Any]] = []
    for name, wordings in (("p", PAIRING), ("i", INVOICE), ("r", RETURNS), ("o", OTHERS)):
        for number, wording in enumerate(wordings, start=1):
            day = f"2026-03-{number:02}T09:00:00Z"
            row: dict[str, Any] = {"ticket": f"{name}{number}", "message": wording, "created": day}
            if name == "p":
                row["reply"] = "Hold the ring for ten seconds until it blinks, then pair again."
            rows.append(row)
    path = tmp_path / "tickets.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_the_whole_loop(
    run: Run,
    home: Path,
    tickets: Path,
    link_models: Callable[[Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run("init").code == 0
    link_models(home)
    mapped = ("--map", "text=message", "--map", "id=ticket", "--json")
    imported = run("import", tickets, "--channel", "ticket", *mapped)
    assert imported.json["new"] == 40
    assert imported.json["bad"] == 0

    indexed = run("index", "--json").json
    assert indexed["cleaned"] == 40
    assert indexed["degraded"] is None

    listed = run("topics", "--json").json
    pairing = max(listed["topics"], key=lambda one: sum(m[0] == "p" for m in one["members"]))
    assert sum(member[0] == "p" for member in pairing["members"]) >= 8
    assert pairing["label"] in PAIRING
    assert str(pairing["id"]) in run("topics").out

    answer = tmp_path / "answer.md"
    answer.write_text(ANSWER, encoding="utf-8")
    promoted = run("promote", pairing["id"], "--publish", "--answer-file", answer, "--json").json
    assert promoted["published"] is True
    assert run("index").code == 0

    found = run("search", UNSEEN, "--json").json
    assert UNSEEN not in PAIRING
    assert found["mode"] == "hybrid"
    assert found["verdict"] in ("answer", "maybe")
    assert found["hits"][0]["id"] == promoted["entry"]
    foreign = run("search", "how do I bake bread", "--json").json
    assert foreign["verdict"] == "none"
    assert foreign["total"] == 0

    # Everything again from a backup, in another place.
    saved = tmp_path / "saved.sqlite3"
    assert run("backup", saved).code == 0
    other = tmp_path / "elsewhere"
    monkeypatch.setenv("KB_HOME", str(other))
    assert run("restore", saved).code == 0
    link_models(other)
    again = run("index", "--json").json
    assert again["encoded"] == 0
    restored = run("search", UNSEEN, "--json").json
    assert restored["hits"][0]["id"] == promoted["entry"]
    assert restored["confidence"] == pytest.approx(found["confidence"], abs=1e-3)
    assert run("check").code == 0


def test_a_file_is_grouped_without_a_record(
    run: Run, home: Path, tickets: Path, link_models: Callable[[Path], None]
) -> None:
    link_models(home)

    ran = run("topics", "--from", tickets, "--map", "text=message", "--map", "id=ticket", "--json")

    answer = ran.json
    assert set(answer) == {"topics", "ungrouped"}
    assert all(
        set(topic) == {"id", "label", "keywords", "size", "members"} for topic in answer["topics"]
    )
    assert all(set(one) == {"source_id", "nearest", "confidence"} for one in answer["ungrouped"])
    members = [member for topic in answer["topics"] for member in topic["members"]]
    everybody = members + [one["source_id"] for one in answer["ungrouped"]]
    assert len(everybody) == len(set(everybody)) == 40
    assert [path.name for path in home.iterdir()] == ["models"]
