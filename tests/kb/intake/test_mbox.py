"""Mailboxes become questions with their replies."""

import gzip

import pytest

from kb.errors import InvalidInput
from kb.intake.files import open_questions
from kb.intake.records import BadRow

ASKED = """From jo@example.org Tue Mar  4 10:00:00 2025
From: Jo Finch <Jo@example.org>
To: help@shop.example
Subject: =?utf-8?q?T=C3=BCr_klemmt?=
Date: Tue, 04 Mar 2025 10:00:00 +0000
Message-ID: <one@example.org>
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Die T=FCr klemmt.
--b
Content-Type: text/html; charset=utf-8

<p>Die T&uuml;r klemmt.</p>
--b--

"""
ANSWERED = """From help@shop.example Tue Mar  4 11:00:00 2025
From: Help <help@shop.example>
Subject: Re: =?utf-8?q?T=C3=BCr_klemmt?=
Date: Tue, 04 Mar 2025 11:00:00 +0000
Message-ID: <two@shop.example>
In-Reply-To: <one@example.org>

Bitte das Scharnier lösen.

"""
THANKED = """From jo@example.org Tue Mar  4 12:00:00 2025
From: jo@example.org
Subject: Re: door
Date: someday
Message-ID: <three@example.org>
References: <one@example.org> <two@shop.example>

Hat geklappt.

"""
HTML_ONLY = """From ute@example.org Tue Mar  4 13:00:00 2025
From: ute@example.org
Subject: Lampe
Message-ID: <four@example.org>
In-Reply-To: <not-in-this-file@example.org>
Content-Type: text/html; charset=no-such-charset

<p>Die Lampe flackert.</p>

"""
EMPTY = """From x@example.org Tue Mar  4 14:00:00 2025
From: x@example.org
Message-ID: <five@example.org>

"""


def write(path, *mails):
    data = "".join(mails).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("name", ["box.mbox", "box.mbox.gz", "no_ending"])
def test_a_thread_becomes_one_question_with_replies(tmp_path, name):
    path = write(tmp_path / name, ASKED, ANSWERED, THANKED, HTML_ONLY)
    door, lamp = open_questions(path)
    assert (door.source_id, door.subject, door.body) == (
        "one@example.org",
        "Tür klemmt",
        "Die Tür klemmt.",
    )
    assert (door.sender, door.sender_name, door.state) == ("jo@example.org", "Jo Finch", "answered")
    assert door.created_at is not None
    assert [(reply.author, reply.source_id) for reply in door.replies] == [
        ("agent", "two@shop.example"),
        ("customer", "three@example.org"),
    ]
    assert door.replies[0].body == "Bitte das Scharnier lösen."
    assert (lamp.body_is_html, lamp.row, lamp.state) == (True, 4, "open")
    assert "Die Lampe flackert." in lamp.body


def test_an_answer_that_stands_before_its_question_still_finds_it(tmp_path):
    [question] = open_questions(write(tmp_path / "box.mbox", ANSWERED, ASKED))
    assert question.source_id == "one@example.org"
    assert [reply.source_id for reply in question.replies] == ["two@shop.example"]


def test_a_mail_without_text_is_a_bad_row(tmp_path):
    items = list(open_questions(write(tmp_path / "box.mbox", ASKED, EMPTY)))
    assert [(type(item).__name__, item.row) for item in items] == [
        ("IncomingQuestion", 1),
        ("BadRow", 2),
    ]
    assert isinstance(items[1], BadRow)
    assert items[1].reason == "the mail has no text"


def test_mails_that_answer_each_other_in_a_circle_end(tmp_path):
    circle = ASKED.replace("\nTo: ", "\nIn-Reply-To: <two@shop.example>\nTo: ")
    questions = list(open_questions(write(tmp_path / "box.mbox", circle, ANSWERED)))
    assert sum(1 + len(question.replies) for question in questions) == 2


def test_a_mail_with_broken_headers_still_counts(tmp_path):
    broken = (
        "From x Tue Mar  4 14:00:00 2025\nFrom: =?utf-9?q?=ZZ <@@>, <\nSubject: =?utf-8?b?///?=\n"
        "Message-ID: <\nContent-Type: multipart/mixed; boundary=\n\nStill a question?\n\n"
    )
    items = list(open_questions(write(tmp_path / "box.mbox", ASKED, broken)))
    assert len(items) == 2
    assert isinstance(items[1], BadRow) or items[1].source_id.startswith("file:")


def test_a_mailbox_without_any_text_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no row can be used"):
        list(open_questions(write(tmp_path / "box.mbox", EMPTY)))


def test_a_mapping_for_a_mailbox_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="--map is only for tables"):
        open_questions(write(tmp_path / "box.mbox", ASKED), explicit={"text": "body"})


def test_a_file_called_mbox_that_is_none_is_refused(tmp_path):
    path = tmp_path / "box.mbox"
    path.write_text("Subject: hello\n\nbody\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="is no mailbox"):
        open_questions(path)
