"""Questions of a file cleaned, embedded and grouped in memory, with nothing stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.encoder import Encoder
from indexer.encoding.known_words import words_known
from indexer.topics.grouping import UNGROUPED, Grouping, group_questions
from kb.embedded_text import embedded_text, text_hash
from kb.errors import InvalidInput
from kb.intake.cleaning import clean_question
from kb.intake.files import open_questions
from kb.intake.records import BadRow, IncomingQuestion
from kb.questions import GroupableQuestion

KEPT_CHARACTERS = 4_000
"""Kept of a cleaned body: more than the encoder reads, so that a file of long mails fits."""

CHANNEL = "ticket"
"""A file does not say by which channel its questions came."""

UNDATED = datetime(1, 1, 1, tzinfo=UTC)
CLEANED_A_STEP = 100
MIN_QUESTIONS = 2
UNKNOWN_WORDS = "unknown_words"
"""Noise of a question in words that the model does not know; another KB_MODEL may."""

OnStep = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class FileQuestion:
    """One usable row, cleaned and masked; `noise` says why it asks nothing."""

    source_id: str
    question: GroupableQuestion
    noise: str | None

    @property
    def wording(self) -> str:
        """What stands for the question in one line: its subject, else its body."""
        return self.question.subject or self.question.body

    @property
    def text(self) -> str:
        """The text that is embedded."""
        return embedded_text(self.question.subject, self.question.body)

    @property
    def is_dated(self) -> bool:
        """Whether the file says when it was asked."""
        return self.question.asked_at != UNDATED


@dataclass(frozen=True, slots=True)
class CleanedFile:
    """What a file holds, in file order, each source id once.

    `repeated` counts rows whose id came again later: the last one counts, as in an import.
    `masked` counts personal data by kind.
    """

    name: str
    questions: tuple[FileQuestion, ...]
    bad_rows: tuple[BadRow, ...]
    repeated: int
    masked: Mapping[str, int]

    @property
    def noise(self) -> Counter[str]:
        """How many ask nothing, by reason."""
        return Counter(one.noise for one in self.questions if one.noise)


@dataclass(frozen=True, slots=True)
class GroupedFile:
    """A file's questions with their vectors and topics; noise is ungrouped, with confidence 0.

    vectors: shape (n, dim), float32, in the order of `file.questions`.
    """

    file: CleanedFile
    vectors: NDArray[np.float32]
    grouping: Grouping


def read_cleaned(
    path: Path, columns: Mapping[str, str], *, on_step: OnStep | None = None
) -> CleanedFile:
    """Read and clean the questions of a file.

    `columns` maps fields to columns, like `--map`. Only cleaned text is held, so memory is
    bounded by the number of rows. Raises InvalidInput, one clear line, for a file that cannot
    be read and for one with fewer than two questions that ask something.
    """
    found: dict[str, FileQuestion] = {}
    bad: list[BadRow] = []
    masked: Counter[str] = Counter()
    rows = repeated = 0
    for row in open_questions(path, explicit=columns):
        if isinstance(row, BadRow):
            bad.append(row)
            continue
        rows += 1
        repeated += row.source_id in found
        found[row.source_id] = _cleaned(row, rows, masked)
        if on_step is not None and rows % CLEANED_A_STEP == 0:
            on_step("clean", rows, rows)
    file = CleanedFile(path.name, tuple(found.values()), tuple(bad), repeated, dict(masked))
    _require_questions(file)
    if on_step is not None:
        on_step("clean", rows, rows)
    return file


def without_unknown_words(file: CleanedFile, folder: Path) -> CleanedFile:
    """The file with what the exported model in `folder` cannot read marked as noise.

    Raises InvalidInput where fewer than two questions are left.
    """
    known = words_known(folder, [one.text for one in file.questions])
    questions = tuple(
        one if is_known or one.noise else replace(one, noise=UNKNOWN_WORDS)
        for one, is_known in zip(file.questions, known, strict=True)
    )
    marked = replace(file, questions=questions)
    _require_questions(marked)
    return marked


def group_cleaned(
    file: CleanedFile, encoder: Encoder, *, on_step: OnStep | None = None
) -> GroupedFile:
    """Embed and group what `read_cleaned` read; what asks nothing only names its nearest topic."""
    texts = [one.text for one in file.questions]
    # Copies are encoded once.
    place_of = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    distinct = encoder.encode(
        list(place_of),
        on_batch=None if on_step is None else lambda done: on_step("embed", done, len(place_of)),
    )
    vectors = distinct[[place_of[text] for text in texts]]
    asking = np.flatnonzero([one.noise is None for one in file.questions])
    grouping = group_questions(
        np.ascontiguousarray(vectors[asking]),
        texts=[texts[row] for row in asking],
        langs=[file.questions[row].question.lang for row in asking],
    )
    return GroupedFile(file, vectors, _with_noise(grouping, asking, vectors, texts))


def _cleaned(row: IncomingQuestion, number: int, masked: Counter[str]) -> FileQuestion:
    clean = clean_question(
        row.subject,
        row.body,
        is_html=row.body_is_html,
        lang=row.lang,
        names=[row.sender_name] if row.sender_name else [],
    )
    masked.update(clean.masked)
    body = clean.body[:KEPT_CHARACTERS]
    question = GroupableQuestion(
        id=number,
        text_hash=text_hash(embedded_text(clean.subject, body)),
        subject=clean.subject,
        body=body,
        lang=clean.lang,
        product=row.product,
        channel=CHANNEL,
        asked_at=row.created_at or UNDATED,
        sender=row.sender,
    )
    return FileQuestion(row.source_id, question, clean.noise)


def _require_questions(file: CleanedFile) -> None:
    asking = len(file.questions) - file.noise.total()
    if asking >= MIN_QUESTIONS:
        return
    many = "no question" if asking == 0 else "only 1 question"
    if file.noise[UNKNOWN_WORDS]:
        raise InvalidInput(
            f"{file.name} has {many} in words that the model knows: nothing to group; "
            "KB_MODEL may name a multilingual model"
        )
    left = told_noise(file.noise)
    told = f" ({left} left out)" if left else ""
    raise InvalidInput(f"{file.name} has {many}{told}: nothing to group")


def told_noise(noise: Mapping[str, int]) -> str:
    """The counts in words, `12 thanks, 3 empty`; "" where there are none."""
    ranked = sorted(noise.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {reason.replace('_', ' ')}" for reason, count in ranked)


def _with_noise(
    grouping: Grouping,
    asking: NDArray[np.int64],
    vectors: NDArray[np.float32],
    texts: Sequence[str],
) -> Grouping:
    """The grouping over all rows: noise in no topic, with the nearest one named."""
    count = len(texts)
    if len(asking) == count:
        return grouping
    topic_of = np.full(count, UNGROUPED, dtype=np.int32)
    topic_of[asking] = grouping.topic_of
    nearest = np.full(count, UNGROUPED, dtype=np.int32)
    nearest[asking] = grouping.nearest_topic
    confidence = np.zeros(count, dtype=np.float32)
    confidence[asking] = grouping.confidence
    noise = np.setdiff1d(np.arange(count), asking)
    said = noise[[bool(texts[row]) for row in noise]]
    if grouping.topic_count and len(said):
        sums = np.zeros((grouping.topic_count, vectors.shape[1]), dtype=np.float32)
        grouped = np.flatnonzero(topic_of != UNGROUPED)
        np.add.at(sums, topic_of[grouped], vectors[grouped])
        sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        nearest[said] = (vectors[said] @ sums.T).argmax(axis=1)
    return replace(grouping, topic_of=topic_of, nearest_topic=nearest, confidence=confidence)
