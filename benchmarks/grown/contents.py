"""Lets grow what a site is about: shelves, entries, questions, topics and searches."""

from __future__ import annotations

import sqlite3

from benchmarks.grown.copying import NUMBERS, copies_for, copy_rows, copy_vectors
from benchmarks.grown.size import Size


def add_shelves_and_entries(conn: sqlite3.Connection, size: Size) -> None:
    named = {"slug": "t.slug || '-' || n", "name": "t.name || ' ' || n"}
    of_kind = {
        table: copy_rows(conn, table, copies, named)
        for table, copies in (("categories", 4), ("products", 9), ("tags", 7))
    }
    copies = copies_for(conn, "entries", size.entries)
    moved = {
        "category_id": f"t.category_id + {of_kind['categories']} * (n % 5)",
        "product_id": f"t.product_id + {of_kind['products']} * (n % 10)",
        "source_id": "t.source_id || '-' || n",
        "title": "t.title || ' (K' || n || ')'",
        "translation_group": "t.translation_group || '-' || n",
        "published_at": "days_ago(700 * (n % 97) / 97.0)",
    }
    step = copy_rows(conn, "entries", copies, moved)
    own = {"entry_id": f"t.entry_id + {step} * n"}
    tag_of_copy = f"t.tag_id + {of_kind['tags']} * (n % 8)"
    copy_rows(conn, "entry_tags", copies, {**own, "tag_id": tag_of_copy})
    titled = {"title": "t.title || ' (K' || n || ')'"}
    copy_rows(conn, "entry_revisions", copies, {**own, **titled})
    older = {"number": "t.number + n", "at": "days_ago(500 - 100 * n)"}
    copy_rows(conn, "entry_revisions", 4, older)
    conn.execute("UPDATE entries SET revision = revision + 4")
    text = "t.text || ' (K' || n || ')'"
    worded = {**own, "text": text, "text_hash": f"text_hash('', {text})"}
    copy_vectors(conn, "phrasings", copy_rows(conn, "phrasings", copies, worded))
    both = {side: f"t.{side} + {step} * n" for side in ("from_id", "to_id")}
    copy_rows(conn, "links", copies, both)
    pair = {side: f"t.{side} + {step} * n" for side in ("entry_a", "entry_b")}
    copy_rows(conn, "entry_findings", copies, pair)


def add_questions(conn: sqlite3.Connection, size: Size) -> None:
    copies = copies_for(conn, "questions", size.questions)
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
    step = copy_rows(conn, "questions", copies, changed)
    copy_vectors(conn, "questions", step)
    copy_rows(conn, "replies", copies, {"question_id": f"t.question_id + {step} * n"})
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
    kinds = copies_for(conn, "topics", size.topics) + 1
    apart = copy_rows(
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
    copy_rows(conn, "assignments", copies, stands)
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


def add_searches(conn: sqlite3.Connection, size: Size) -> None:
    copies = copies_for(conn, "search_intents", size.searches)
    when = "strftime('%Y-%m-%dT%H:%M:%S.000000Z', t.at, printf('-%d days', (n % 2) * 365))"
    rare = "CASE WHEN (t.id + n) % 3 = 0 THEN ' ' || n ELSE '' END"
    copy_rows(
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
    copy_rows(
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


def name_topics(conn: sqlite3.Connection) -> None:
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
