"""Exports of Zendesk, Freshdesk, Zammad and Chatwoot become questions with their public replies."""

import json
from datetime import UTC, datetime

from kb.intake.files import open_questions

ZENDESK = {
    "id": 35,
    "subject": "Lamp flickers",
    "raw_subject": "Lamp flickers",
    "description": "My lamp flickers since Monday.",
    "status": "pending",
    "requester_id": 7,
    "created_at": "2025-03-04T10:00:00Z",
    "tags": ["lamp", "warranty"],
    "requester": {"id": 7, "name": "Jo Finch", "email": "jo@example.org"},
    "comments": [
        {"id": 1, "author_id": 7, "public": True, "body": "My lamp flickers since Monday."},
        {"id": 2, "author_id": 9, "public": False, "body": "Old batch, see wiki."},
        {
            "id": 3,
            "author_id": 9,
            "public": True,
            "plain_body": "Please tighten the bulb.",
            "html_body": "<p>Please tighten the bulb.</p>",
            "created_at": "2025-03-04T11:00:00Z",
        },
        {"id": 4, "author_id": 7, "public": True, "body": "That helped!"},
    ],
}


def questions_in(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    file = open_questions(path)
    return file.mapping.name, list(file)


def test_a_zendesk_json_ticket_keeps_public_comments_and_drops_private_ones(tmp_path):
    name, [question] = questions_in(tmp_path, "zendesk.json", json.dumps({"tickets": [ZENDESK]}))
    assert name == "Zendesk"
    assert (question.source_id, question.subject) == ("35", "Lamp flickers")
    assert question.body == "My lamp flickers since Monday."
    assert (question.sender, question.sender_name) == ("jo@example.org", "Jo Finch")
    assert question.created_at == datetime(2025, 3, 4, 10, tzinfo=UTC)
    assert question.state == "answered"
    assert question.tags == ("lamp", "warranty")
    assert [(reply.author, reply.body) for reply in question.replies] == [
        ("agent", "Please tighten the bulb."),
        ("customer", "That helped!"),
    ]
    assert all("wiki" not in reply.body for reply in question.replies)


def test_a_zendesk_csv_export_gives_questions_of_their_subjects(tmp_path):
    content = (
        "Summation column,Id,Requester,Requester email,Subject,Status,Created at,Tags\n"
        "1,77,Jo Finch,jo@example.org,Where is my refund?,Solved,2025-03-04 10:00,refund money\n"
    )
    name, [question] = questions_in(tmp_path, "zendesk.csv", content)
    assert name == "Zendesk"
    assert (question.source_id, question.subject, question.body) == (
        "77",
        "Where is my refund?",
        "",
    )
    assert (question.state, question.tags) == ("solved", ("refund", "money"))
    assert (question.sender, question.sender_name) == ("jo@example.org", "Jo Finch")


def test_a_freshdesk_ticket_of_the_api_keeps_who_said_what(tmp_path):
    ticket = {
        "id": 12,
        "subject": "Kaffeemaschine tropft",
        "description": "<div>Sie tropft unten.</div>",
        "description_text": "Sie tropft unten.",
        "status": 4,
        "type": "Question",
        "requester": {"id": 5, "name": "Ute Lamm", "email": "ute@example.org"},
        "created_at": "2025-03-04T10:00:00Z",
        "conversations": [
            {"id": 1, "body_text": "Bitte die Dichtung prüfen.", "incoming": False},
            {"id": 2, "body_text": "intern: bekannt", "incoming": False, "private": True},
            {"id": 3, "body_text": "Die Dichtung war es, danke.", "incoming": True},
        ],
    }
    name, [question] = questions_in(tmp_path, "freshdesk.json", json.dumps([ticket]))
    assert name == "Freshdesk"
    assert (question.body, question.state) == ("Sie tropft unten.", "solved")
    assert question.sender_name == "Ute Lamm"
    assert question.tags == ("Question",)
    assert [(reply.author, reply.source_id) for reply in question.replies] == [
        ("agent", "1"),
        ("customer", "3"),
    ]


def test_the_account_export_of_freshdesk_is_unwrapped(tmp_path):
    tickets = [
        {
            "helpdesk_ticket": {
                "display_id": 3,
                "subject": "Login",
                "description": "I cannot sign in.",
                "status_name": "Open",
                "notes": [{"note": {"body": "Try a reset.", "incoming": False, "id": 9}}],
            }
        }
    ]
    name, [question] = questions_in(tmp_path, "Tickets0.json", json.dumps(tickets))
    assert name == "Freshdesk"
    assert (question.source_id, question.body) == ("3", "I cannot sign in.")
    assert [reply.body for reply in question.replies] == ["Try a reset."]


def test_a_freshdesk_csv_export_is_read(tmp_path):
    content = (
        "Ticket ID,Subject,Status,Type,Created time,Resolved time,Full name,Email\n"
        "9,Refund missing,Closed,Question,2025-03-04 10:00:00,,Jo Finch,jo@example.org\n"
    )
    name, [question] = questions_in(tmp_path, "freshdesk.csv", content)
    assert name == "Freshdesk"
    assert (question.source_id, question.state, question.sender) == (
        "9",
        "solved",
        "jo@example.org",
    )


def test_zammad_articles_become_the_text_and_the_replies(tmp_path):
    ticket = {
        "id": 1,
        "number": "81001",
        "title": "Rechnung fehlt",
        "state": "closed",
        "customer": "ute@example.org",
        "created_at": "2025-03-04T10:00:00.000Z",
        "articles": [
            {
                "id": 1,
                "sender": "Customer",
                "internal": False,
                "content_type": "text/html",
                "body": "Wo ist meine <b>Rechnung</b>?<br>",
            },
            {"id": 2, "sender": "Agent", "internal": True, "body": "Buchhaltung fragen"},
            {"id": 3, "sender": "System", "internal": False, "body": "Wir haben erhalten"},
            {"id": 4, "sender": "Agent", "internal": False, "body": "Sie liegt im Kundenkonto."},
        ],
    }
    name, [question] = questions_in(tmp_path, "zammad.jsonl", json.dumps(ticket) + "\n")
    assert name == "Zammad"
    assert (question.source_id, question.subject) == ("81001", "Rechnung fehlt")
    assert (question.body, question.body_is_html) == ("Wo ist meine <b>Rechnung</b>?<br>", True)
    assert question.sender == "ute@example.org"
    assert [(reply.author, reply.body) for reply in question.replies] == [
        ("agent", "Sie liegt im Kundenkonto.")
    ]


def test_chatwoot_messages_before_the_first_answer_are_the_question(tmp_path):
    conversation = {
        "id": 5,
        "inbox_id": 2,
        "status": "resolved",
        "created_at": 1741082400,
        "labels": ["shipping"],
        "meta": {"sender": {"name": "Jo Finch", "email": "jo@example.org"}},
        "messages": [
            {"id": 1, "message_type": 0, "content": "Hello", "created_at": 1741082400},
            {"id": 2, "message_type": 3, "content": "We are away", "created_at": 1741082401},
            {"id": 3, "message_type": 0, "content": "Where is my order?", "created_at": 1741082402},
            {
                "id": 4,
                "message_type": 1,
                "private": True,
                "content": "vip",
                "created_at": 1741082403,
            },
            {"id": 5, "message_type": 1, "content": "It ships today.", "created_at": 1741082404},
            {"id": 6, "message_type": 2, "content": "was resolved", "created_at": 1741082405},
        ],
    }
    document = json.dumps({"data": {"meta": {}, "payload": [conversation]}})
    name, [question] = questions_in(tmp_path, "chatwoot.json", document)
    assert name == "Chatwoot"
    assert question.body == "Hello\n\nWhere is my order?"
    assert (question.state, question.tags) == ("solved", ("shipping",))
    assert question.created_at == datetime(2025, 3, 4, 10, tzinfo=UTC)
    assert (question.sender, question.sender_name) == ("jo@example.org", "Jo Finch")
    assert [(reply.author, reply.body) for reply in question.replies] == [
        ("agent", "It ships today.")
    ]


def test_a_plain_list_of_replies_is_read_with_who_wrote_them(tmp_path):
    row = {
        "title": "App crashes",
        "text": "It crashes on start.",
        "replies": [
            {"body": "Which version?", "author": "helper", "kind": "first"},
            {"body": "Reinstall it.", "role": "agent", "accepted": True},
            "Same here.",
        ],
    }
    name, [question] = questions_in(tmp_path, "forum.json", json.dumps([row]))
    assert name == "column names"
    assert question.state == "solved"
    assert [(reply.author, reply.kind) for reply in question.replies] == [
        ("helper", "first"),
        ("agent", "solution"),
        ("agent", ""),
    ]
