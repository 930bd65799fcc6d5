"""The demo world, loaded and indexed once with the real model; nothing here changes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Engine, Row, select

from indexer.encoder import OnnxEncoder
from kb.settings import Settings
from kb.store.engine import open_engine, reading
from kb.store.migrate import create_record
from kb.store.schema import questions
from web.cli.demo_world import load_entries, load_questions, load_searches, load_threads
from web.composition import ensure_calibration
from web.worker.index_run import run_index


@dataclass(frozen=True, slots=True)
class World:
    """The indexed demo: where it lies, its open record, and all its cleaned questions."""

    settings: Settings
    engine: Engine
    questions: Sequence[Row[Any]]


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, encoder: OnnxEncoder) -> Iterator[World]:
    settings = Settings(home=tmp_path_factory.mktemp("world"))
    engine = open_engine(settings.record_url)
    create_record(engine)
    load_entries(engine)
    load_questions(engine)
    load_threads(engine)
    load_searches(engine)
    ensure_calibration(engine, encoder)
    run_index(settings, engine, encoder)
    with reading(engine) as conn:
        columns = (questions.c.id, questions.c.source_id, questions.c.noise)
        texts = (questions.c.subject, questions.c.body)
        found = conn.execute(select(*columns, *texts).order_by(questions.c.id)).all()
    yield World(settings, engine, found)
    engine.dispose()
