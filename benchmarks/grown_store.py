"""Grows a record that `kb demo` filled to one of two busy years, to measure what that costs.

Everything is copied from the demo's rows with other texts, people and times, by SQL inside the
SQLite file; the vectors of copies are moved a little, so that the search has as many as it would
have. `benchmarks.pages --grown` measures the pages on it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from kb.clock import utc_now
from kb.embedded_text import embedded_text, text_hash

MOVED = 0.02
"""How far each number of a copied vector is moved: the copy stays the nearest of its original."""

SEED = 20261122
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)"
"""The numbers from 1 to the statement's first parameter, as the table `numbers`."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows there are to be of each kind, about."""

    questions: int = 240_000
    entries: int = 3_000
    topics: int = 1_500
    searches: int = 2_000_000
    accounts: int = 30_000
    sessions: int = 60_000
    watches: int = 100_000
    mails: int = 300_000
    files: int = 20_000
    votes: int = 200_000
    runs: int = 100_000
    tokens: int = 20_000
    decisions: int = 5_000


def grow(record: Path, size: Size) -> None:
    """Fill a record to this size; the index must be built anew afterwards."""
    with sqlite3.connect(record, isolation_level=None) as conn:
        conn.execute("PRAGMA journal_mode = OFF")
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA cache_size = -1000000")
        conn.execute("PRAGMA temp_store = MEMORY")
        _add_functions(conn)
        with _without_indexes(conn):
            for part in (_shelves_and_entries, _people, _questions, _searches, _mail, _upkeep):
                started = time.perf_counter()
                part(conn, size)
                print(f"{part.__name__:25} {time.perf_counter() - started:6.1f} s", flush=True)
        _name_topics(conn)
        conn.execute("PRAGMA journal_mode = WAL")
    conn.close()


def _add_functions(conn: sqlite3.Connection) -> None:
    chance = np.random.default_rng(SEED)

    def moved(stored: bytes) -> bytes:
        vector = np.frombuffer(stored, "<f4")
        vector = vector + chance.normal(0.0, MOVED, vector.shape).astype(np.float32)
        return bytes((vector / np.linalg.norm(vector)).astype("<f4").tobytes())

    conn.create_function("text_hash", 2, lambda one, two: text_hash(embedded_text(one, two)))
    conn.create_function("sha", 1, lambda text: hashlib.sha256(str(text).encode()).hexdigest())
    conn.create_function("moved", 1, moved)
    now = utc_now()

    def at(days: float) -> str:
        return f"{now - timedelta(days=days):%Y-%m-%dT%H:%M:%S.%f}Z"

    conn.create_function("days_ago", 1, at)


@contextmanager
def _without_indexes(conn: sqlite3.Connection) -> Iterator[None]:
    """Drop what only makes reading faster, and make it again in one go each."""
    made = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    indexes = conn.execute(made).fetchall()
    for name, _ in indexes:
        conn.execute(f"DROP INDEX {name}")
    conn.execute("BEGIN")
    yield
    conn.execute("COMMIT")
    for _, sql in indexes:
        conn.execute(sql)


def _copy(conn: sqlite3.Connection, table: str, copies: int, changed: dict[str, str]) -> int:
    """Copy every row so many times and return the step between ids of copies.

    `changed` gives the SQL of columns that differ; in it `n` is the number of the copy from 1,
    `step` the distance of the ids, `r` a random number from 0 to 1.
    """
    columns = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
    step = int(conn.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0])
    picked = ", ".join(
        changed.get(name, "id + step * n" if name == "id" else f"t.{name}") for name in columns
    )
    conn.execute(
        f"{NUMBERS} INSERT INTO {table} ({', '.join(columns)})"
        f" SELECT {picked} FROM (SELECT {step} AS step), numbers,"
        f" {table} AS t WHERE t.rowid <= {step} ORDER BY n, t.rowid",
        (copies,),
    )
    return step


def _shelves_and_entries(conn: sqlite3.Connection, size: Size) -> None:
    named = {"slug": "t.slug || '-' || n", "name": "t.name || ' ' || n"}
    of_kind = {
        table: _copy(conn, table, copies, named)
        for table, copies in (("categories", 4), ("products", 9), ("tags", 7))
    }
    copies = _copies(conn, "entries", size.entries)
    moved = {
        "category_id": f"t.category_id + {of_kind['categories']} * (n % 5)",
        "product_id": f"t.product_id + {of_kind['products']} * (n % 10)",
        "source_id": "t.source_id || '-' || n",
        "title": "t.title || ' (K' || n || ')'",
        "translation_group": "t.translation_group || '-' || n",
        "published_at": "days_ago(700 * (n % 97) / 97.0)",
    }
    step = _copy(conn, "entries", copies, moved)
    own = {"entry_id": f"t.entry_id + {step} * n"}
    tag_of_copy = f"t.tag_id + {of_kind['tags']} * (n % 8)"
    _copy(conn, "entry_tags", copies, {**own, "tag_id": tag_of_copy})
    titled = {"title": "t.title || ' (K' || n || ')'"}
    _copy(conn, "entry_revisions", copies, {**own, **titled})
    older = {"number": "t.number + n", "at": "days_ago(500 - 100 * n)"}
    _copy(conn, "entry_revisions", 4, older)
    conn.execute("UPDATE entries SET revision = revision + 4")
    text = "t.text || ' (K' || n || ')'"
    worded = {**own, "text": text, "text_hash": f"text_hash('', {text})"}
    _copy_vectors(conn, "phrasings", _copy(conn, "phrasings", copies, worded))
    both = {side: f"t.{side} + {step} * n" for side in ("from_id", "to_id")}
    _copy(conn, "links", copies, both)
    pair = {side: f"t.{side} + {step} * n" for side in ("entry_a", "entry_b")}
    _copy(conn, "entry_findings", copies, pair)


def _people(conn: sqlite3.Connection, size: Size) -> None:
    conn.execute(
        f"{NUMBERS} INSERT INTO accounts (email, name, role, locale, email_confirmed_at,"
        " password_hash, created_at, last_seen_at)"
        " SELECT 'reader' || n || '@example.com', 'Reader ' || (n * 7919 % 30011), 'customer',"
        " CASE n % 3 WHEN 0 THEN 'de' ELSE 'en' END, days_ago(n % 700), a.password_hash,"
        " days_ago(n % 700), days_ago(n % 300) FROM numbers, accounts a WHERE a.id = 1",
        (size.accounts,),
    )
    conn.execute(
        f"{NUMBERS} INSERT INTO sessions (token_hash, account_id, device, created_at,"
        " last_seen_at, expires_at) SELECT sha('session' || n), n % ? + 1, 'Firefox on Linux',"
        " days_ago(n % 700), days_ago(n % 700), days_ago(n % 700 - 30) FROM numbers",
        (size.sessions, size.accounts),
    )
    conn.execute(
        f"{NUMBERS} INSERT INTO one_time_tokens (purpose, token_hash, account_id, email,"
        " created_at, expires_at) SELECT 'confirm', sha('token' || n), n % ? + 6, '',"
        " days_ago(n % 700 + 7), days_ago(n % 700) FROM numbers",
        (size.tokens, size.accounts - 6),
    )
    conn.execute(
        f"{NUMBERS} INSERT INTO consents (account_id, purpose, wording, locale, proof, given_at)"
        " SELECT n + 5, 'news', 'Yes, write to me.', 'en', '{}', days_ago(n % 700) FROM numbers",
        (size.accounts // 2,),
    )
    conn.execute(
        f"{NUMBERS} INSERT INTO helpful_votes (entry_id, revision, visitor, helpful, at)"
        " SELECT n % ? + 1, 5, 'visitor' || n, n % 5 > 0, days_ago(n % 730) FROM numbers",
        (size.votes, size.entries - 100),
    )


def _questions(conn: sqlite3.Connection, size: Size) -> None:
    copies = _copies(conn, "questions", size.questions)
    body = "t.body || ' (' || n || ')'"
    when = "days_ago(730.0 * ((t.id * 7919 + n * 104729) % 100003) / 100003)"
    somebody = f"(t.id * 31 + n * 7919) % {size.accounts} + 1"
    changed = {
        "token": "lower(hex(randomblob(16)))",
        "source_id": "t.source_id || '-' || n",
        "body": body,
        "body_raw": "t.body_raw || ' (' || n || ')'",
        "text_hash": f"CASE WHEN t.text_hash IS NOT NULL THEN text_hash(t.subject, {body}) END",
        "account_id": f"CASE WHEN (t.id + n) % 4 = 0 THEN {somebody} END",
        "sender": f"'reader' || {somebody} || '@example.com'",
        "asked_at": when,
        "received_at": when,
    }
    step = _copy(conn, "questions", copies, changed)
    _copy_vectors(conn, "questions", step)
    _copy(conn, "replies", copies, {"question_id": f"t.question_id + {step} * n"})
    conn.execute(
        f"{NUMBERS} INSERT INTO attachment_contents (sha256, content)"
        " SELECT sha('file' || n), randomblob(200) FROM numbers",
        (size.files,),
    )
    conn.execute(
        f"{NUMBERS} INSERT INTO attachments (kind, object_id, token, name, media_type, size,"
        " sha256, created_at) SELECT 'question', n * 11, lower(hex(randomblob(16))),"
        " 'photo.png', 'image/png', 200, sha('file' || n), days_ago(n % 730) FROM numbers",
        (size.files,),
    )
    _topics(conn, size, copies, step)


def _topics(conn: sqlite3.Connection, size: Size, copies: int, step: int) -> None:
    kinds = _copies(conn, "topics", size.topics) + 1
    apart = _copy(
        conn,
        "topics",
        kinds - 1,
        {"label": "t.label || ' (' || n || ')'", "effect": "t.effect / n", "reposts": "0"},
    )
    stands = {
        "question_id": f"t.question_id + {step} * n",
        "topic_id": f"t.topic_id + {apart} * (n % {kinds})",
        "nearest_topic_id": f"t.nearest_topic_id + {apart} * (n % {kinds})",
    }
    _copy(conn, "assignments", copies, stands)
    conn.execute(
        f"{NUMBERS} INSERT INTO decisions (kind, question_a, question_b, action, batch, by_name,"
        " at)"
        " SELECT CASE n % 2 WHEN 0 THEN 'same' ELSE 'not same' END, n, n + 1, 'move',"
        " 'batch' || (n / 5), 'Priya', days_ago(n % 730) FROM numbers",
        (size.decisions,),
    )
    conn.execute(
        f"{NUMBERS} INSERT INTO regroupings (batch, action, topic_id, before, by_name, at)"
        " SELECT 'batch' || n, 'move', n % ? + 1, json_object('questions', json_array()),"
        " 'Priya', days_ago(n % 730) FROM numbers",
        (size.decisions // 5, size.topics),
    )


def _searches(conn: sqlite3.Connection, size: Size) -> None:
    copies = _copies(conn, "search_intents", size.searches)
    when = "strftime('%Y-%m-%dT%H:%M:%S.000000Z', t.at, printf('-%d days', (n % 2) * 365))"
    rare = "CASE WHEN (t.id + n) % 3 = 0 THEN ' ' || n ELSE '' END"
    _copy(
        conn,
        "search_intents",
        copies,
        {
            "key": "substr(t.key, 6) || '-' || n",
            "text": f"t.text || {rare}",
            "text_key": f"t.text_key || {rare}",
            "visitor": "substr(t.visitor, 1, 12) || n",
            "at": when,
        },
    )
    _copy(
        conn,
        "clicks",
        copies,
        {
            "intent_key": "substr(t.intent_key, 6) || '-' || n",
            "visitor": "substr(t.visitor, 1, 12) || n",
            "at": when,
        },
    )
    conn.execute(
        f"UPDATE search_days SET searches = searches * {copies // 2}, clicked = clicked *"
        f" {copies // 2}, unanswered = unanswered * {copies // 2}"
    )
    conn.execute(
        "INSERT OR IGNORE INTO search_days SELECT date(day, '-365 days'), lang, verdict, outcome,"
        " evidence, searches, clicked, unanswered, reformulations FROM search_days"
    )


def _mail(conn: sqlite3.Connection, size: Size) -> None:
    conn.execute(
        f"{NUMBERS} INSERT INTO watches (account_id, email, locale, kind, target_id, frequency,"
        " token, created_at, confirmed_at, told_until, next_at) SELECT n % ?2 + 6,"
        " 'reader' || (n % ?2 + 1) || '@example.com', 'en',"
        " CASE WHEN n % 4 < 2 THEN 'question' WHEN n % 4 = 2 THEN 'category' ELSE 'entry' END,"
        " CASE n % 4 WHEN 2 THEN n % 40 + 1 WHEN 3 THEN n % ?3 + 1 ELSE n * 2 + 1 END,"
        " CASE n % 4 WHEN 2 THEN 'daily' WHEN 3 THEN 'weekly' ELSE 'instant' END,"
        " lower(hex(randomblob(16))), days_ago(n % 700), days_ago(n % 700), days_ago(0.5),"
        " CASE WHEN n % 4 < 2 THEN '9999-01-01T00:00:00.000000Z' ELSE days_ago(-1) END"
        " FROM numbers WHERE true ON CONFLICT DO NOTHING",
        (size.watches, size.accounts - 6, size.entries),
    )
    conn.execute(
        f"{NUMBERS} INSERT INTO deliveries (purpose, recipient, account_id, locale, subject,"
        " body_text, body_html, message_id, state, attempts, not_before, created_at, sent_at)"
        " SELECT CASE n % 3 WHEN 0 THEN 'answer' ELSE 'watch' END,"
        " 'reader' || (n % ?2 + 1) || '@example.com', n % ?2 + 6, 'en', 'News of ' || n,"
        " CASE WHEN n > ?3 THEN printf('%.*c', 1500, 'x') ELSE '' END,"
        " CASE WHEN n > ?3 THEN printf('%.*c', 6000, 'x') ELSE '' END,"
        " '<' || n || '@grown>', CASE n % 500 WHEN 0 THEN 'failed' ELSE 'sent' END, 1,"
        " days_ago(730 * (1 - n * 1.0 / ?1)), days_ago(730 * (1 - n * 1.0 / ?1)),"
        " days_ago(730 * (1 - n * 1.0 / ?1)) FROM numbers",
        (size.mails, size.accounts - 6, size.mails - size.mails // 24),
    )


def _upkeep(conn: sqlite3.Connection, size: Size) -> None:
    """Add what the work itself leaves behind: runs, jobs, the logs of changes and of deeds."""
    _copy(conn, "runs", _copies(conn, "runs", size.runs), {"started_at": "days_ago(700 - n % 700)"})
    conn.execute(
        f"{NUMBERS} INSERT INTO jobs (kind, state, payload, created_at, finished_at, attempts)"
        " SELECT 'index', 'done', '{}', days_ago(n % 30), days_ago(n % 30), 1 FROM numbers",
        (size.questions // 24,),
    )
    written = size.questions // _count(conn, "changes", "rowid <= 10000")
    conn.execute(
        f"{NUMBERS} INSERT INTO changes (kind, id, what) SELECT kind, id, what FROM numbers,"
        " (SELECT * FROM changes ORDER BY seq)",
        (2 * written,),
    )
    step = _copy(conn, "audit_log", size.questions // 4 // _count(conn, "audit_log"), {})
    assert step
    seq = int(conn.execute("SELECT max(seq) FROM changes").fetchone()[0])
    _set_value(conn, "watches told of change", str(seq))
    base = json.loads(_value(conn, "grouping_base"))
    base |= {"seq": seq, "grouped_at": utc_now().isoformat(), "questions": size.questions}
    newest = conn.execute("SELECT coalesce(max(id), 0) FROM decisions").fetchone()[0]
    run = conn.execute("SELECT max(id) FROM runs").fetchone()[0]
    base |= {"topics": size.topics, "last_decision": newest, "run": run}
    _set_value(conn, "grouping_base", json.dumps(base))
    embedded = json.loads(_value(conn, "embedded_to"))
    _set_value(conn, "embedded_to", json.dumps([embedded[0], embedded[1], seq, embedded[3]]))


def _name_topics(conn: sqlite3.Connection) -> None:
    """Say of each topic what it holds; its questions must be found by an index by now."""
    members = "(SELECT question_id FROM assignments WHERE topic_id = topics.id LIMIT 5)"
    conn.execute(
        "UPDATE topics SET reposts = 0,"
        " size = (SELECT count(*) FROM assignments WHERE topic_id = topics.id),"
        " label_question_id = (SELECT min(question_id) FROM assignments"
        " WHERE topic_id = topics.id),"
        f" typical = (SELECT json_group_array(question_id) FROM {members}), atypical = '[]'"
    )
    conn.execute(
        "UPDATE topics SET state = 'promoted', entry_id = id * 2 WHERE id % 3 = 0 AND"
        " state = 'candidate' AND id * 2 <= (SELECT max(id) FROM entries)"
    )


def _copy_vectors(conn: sqlite3.Connection, table: str, step: int) -> None:
    """Give the copies of a table's texts the moved vectors of what they are copies of."""
    conn.execute(
        "INSERT OR IGNORE INTO embeddings SELECT e.fingerprint, new.text_hash, moved(e.vector)"
        f" FROM {table} new JOIN {table} old ON old.id = (new.id - 1) % {step} + 1"
        " JOIN embeddings e ON e.text_hash = old.text_hash"
        f" WHERE new.id > {step} AND new.text_hash IS NOT NULL"
    )


def _copies(conn: sqlite3.Connection, table: str, wanted: int) -> int:
    return max(1, round(wanted / _count(conn, table)) - 1)


def _count(conn: sqlite3.Connection, table: str, which: str = "true") -> int:
    return int(conn.execute(f"SELECT count(*) FROM {table} WHERE {which}").fetchone()[0])


def _value(conn: sqlite3.Connection, key: str) -> str:
    return str(conn.execute("SELECT value FROM instance WHERE key = ?", (key,)).fetchone()[0])


def _set_value(conn: sqlite3.Connection, key: str, value: str) -> None:
    conn.execute("UPDATE instance SET value = ? WHERE key = ?", (value, key))
