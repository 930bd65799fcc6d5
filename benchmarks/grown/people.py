"""Lets grow what people and the work itself leave behind: accounts, mail, runs and logs."""

from __future__ import annotations

import json
import sqlite3

from benchmarks.grown.copying import NUMBERS, copies_for, copy_rows, count_rows
from benchmarks.grown.size import Size
from kb.clock import utc_now


def add_people(conn: sqlite3.Connection, size: Size) -> None:
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


def add_mail(conn: sqlite3.Connection, size: Size) -> None:
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


def add_upkeep(conn: sqlite3.Connection, size: Size) -> None:
    """Add what the work itself leaves behind: runs, jobs, the logs of changes and of deeds."""
    copy_rows(
        conn, "runs", copies_for(conn, "runs", size.runs), {"started_at": "days_ago(700 - n % 700)"}
    )
    conn.execute(
        f"{NUMBERS} INSERT INTO jobs (kind, state, payload, created_at, finished_at, attempts)"
        " SELECT 'index', 'done', '{}', days_ago(n % 30), days_ago(n % 30), 1 FROM numbers",
        (size.questions // 24,),
    )
    written = size.questions // count_rows(conn, "changes", "rowid <= 10000")
    conn.execute(
        f"{NUMBERS} INSERT INTO changes (kind, id, what) SELECT kind, id, what FROM numbers,"
        " (SELECT * FROM changes ORDER BY seq)",
        (2 * written,),
    )
    step = copy_rows(conn, "audit_log", size.questions // 4 // count_rows(conn, "audit_log"), {})
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


def _value(conn: sqlite3.Connection, key: str) -> str:
    return str(conn.execute("SELECT value FROM instance WHERE key = ?", (key,)).fetchone()[0])


def _set_value(conn: sqlite3.Connection, key: str, value: str) -> None:
    conn.execute("UPDATE instance SET value = ? WHERE key = ?", (value, key))
