"""What to do about a topic next, by its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.topics import Topic

StepKind = Literal["nothing", "add wordings", "revise", "publish", "write", "wait"]


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do; `entry_id` is the entry to do it to.

    `nothing`: it is answered, or decided. `add wordings`: teach the entry how people ask.
    `revise`: readers say that the entry does not help. `publish`: its entry is no more than a
    draft. `write`: promote the topic, or answer it in its entry. `wait`: nobody looked yet.
    """

    kind: StepKind
    entry_id: int | None = None


def next_step(topic: Topic, *, entry_state: str | None = None) -> NextStep:
    """The next step; `entry_state` is that of a promoted topic's entry, where it is known."""
    if topic.state not in ("candidate", "promoted"):
        return NextStep("nothing")
    own = topic.entry_id if topic.state == "promoted" else None
    if own is not None and entry_state in ("draft", "review"):
        return NextStep("publish", own)
    if topic.verdict is None or topic.evidence is None:
        return NextStep("wait")
    about = topic.evidence.entry_id
    if topic.verdict == "covered":
        return NextStep("nothing", about)
    if topic.verdict == "failing":
        return NextStep("revise", about)
    if topic.verdict == "not found" and about != own:
        return NextStep("add wordings", about)
    return NextStep("write", own)
