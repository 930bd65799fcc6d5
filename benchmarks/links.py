"""Links and audit against what editors named: the demo's relations, and titles that stand twice.

Prints how many links the indexer finds among the entries of the demo, how many of those that
`data/truth/relations.tsv` names are among them, and what the audit reports; then, with
`KB_BENCH_DATA`, how many of the titles that stand twice in a public FAQ the audit reports.
"""

from __future__ import annotations

import csv
import json
import os
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from sqlalchemy import Engine

from indexer.embed import embed_missing
from indexer.encoder import Encoder
from indexer.links.auditing import audit_entries
from indexer.links.relink import relink
from kb.access import OPERATOR
from kb.entries import MAX_TITLE_CHARS, EntryContent
from kb.settings import read_settings
from kb.store.engine import open_engine, reading, transaction
from kb.store.entries.writing import add_entry
from kb.store.links.found import auto_links
from kb.store.merging.findings import list_findings
from kb.store.migrate import create_record
from web.composition import open_indexing_encoder

DATA = Path(__file__).parents[1] / "data"
PUBLIC_FAQ = "covid_faq_en"

Pair = frozenset[str]


def main() -> None:
    """Print both parts."""
    encoder = open_indexing_encoder(read_settings()).encoder
    if encoder is None:
        raise SystemExit("there is no model to measure with")
    with (DATA / "truth" / "relations.tsv").open(encoding="utf-8") as file:
        relations = list(csv.DictReader(file, delimiter="\t"))
    links, found = _run(DATA / "faq.jsonl", encoder)
    pairs = {frozenset(one) for one in links}
    named = _named(relations, "link")
    print(f"demo: {len(links)} links, {len(pairs & named)} of {len(named)} named pairs")
    for relation, kind in (("near_duplicate", "duplicate"), ("contradiction", "contradiction")):
        wanted = _named(relations, relation)
        reported = found.get(kind, set())
        print(f"demo: {len(reported)} {kind}s, {len(reported & wanted)} of {len(wanted)} named")
    if folder := os.environ.get("KB_BENCH_DATA"):
        path = Path(folder) / PUBLIC_FAQ / "faq.jsonl"
        _, found = _run(path, encoder)
        twice = _titles_that_stand_twice(path)
        reported = found.get("duplicate", set())
        print(
            f"{PUBLIC_FAQ}: {len(reported)} duplicates, of {len(twice)} titles that stand twice "
            f"{sum(any(pair <= ids for pair in reported) for ids in twice)}"
        )


def _named(relations: list[dict[str, str]], kind: str) -> set[Pair]:
    return {frozenset((one["first"], one["second"])) for one in relations if one["kind"] == kind}


def _run(path: Path, encoder: Encoder) -> tuple[list[tuple[str, str]], dict[str, set[Pair]]]:
    """Links and findings by the names of the entries in a file."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/record.sqlite3")
        create_record(engine)
        names = _store(engine, path)
        embed_missing(engine, encoder)
        started = time.process_time()
        relink(engine, encoder)
        linked = time.process_time()
        audit_entries(engine, encoder)
        audited = time.process_time()
        print(
            f"{len(names)} entries: linked in {linked - started:.2f} s of CPU, audited in "
            f"{audited - linked:.2f} s"
        )
        with reading(engine) as conn:
            links = [
                (names[one.from_id], names[one.to_id]) for one in auto_links(conn, kind="similar")
            ]
            found: dict[str, set[Pair]] = defaultdict(set)
            for one in list_findings(conn, viewer=OPERATOR, limit=1_000):
                found[one.kind].add(frozenset((names[one.entry_a], names[one.entry_b])))
        engine.dispose()
    return links, found


def _store(engine: Engine, path: Path) -> dict[int, str]:
    names = {}
    with transaction(engine) as conn, path.open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            content = EntryContent(
                row["question"][:MAX_TITLE_CHARS],
                row["answer"],
                locale=row.get("lang", "en"),
                audience=row.get("audience", "public"),
                product=row.get("product"),
                phrasings=tuple(row.get("phrasings", ())),
            )
            names[add_entry(conn, content, viewer=OPERATOR, state="published")] = row["id"]
    return names


def _titles_that_stand_twice(path: Path) -> list[frozenset[str]]:
    ids = defaultdict(set)
    with path.open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            ids[" ".join(row["question"].casefold().split())].add(row["id"])
    return [frozenset(same) for same in ids.values() if len(same) > 1]


if __name__ == "__main__":
    main()
