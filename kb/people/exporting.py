"""Writes what the record holds of one person into a zip of JSON files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from typing import IO

from sqlalchemy import Connection

from kb.clock import utc_now
from kb.store.attachments.files import read_content
from kb.store.people.own_data import (
    Told,
    file_path,
    get_person,
    own_account,
    own_actions,
    own_consents,
    own_files,
    own_mails,
    own_questions,
    own_sessions,
    own_watches,
)

PIECE_BYTES = 1024 * 1024
"""Of a file so much is in memory at once."""

READ_ME = {
    "en": """Your data
=========
Written on {at}.

account.json    your account: name, address, language, groups, linked sign-ins, API keys
sessions.json   where you are or were signed in
consents.json   what you agreed to, in which words, how we can prove it, and what you took back
watches.json    what you follow
questions.json  your questions as you wrote them, with the replies
files/          the files of these questions and replies, in a folder for each question
mails.json      the mails that we sent to you
actions.json    what our log says that you did

What is not in here, and why:
- Searches and "helpful" votes. We store them under a sign that changes each day and that we
  cannot trace back to you.
- Your password. We only hold a value from which nobody can read it.
- What our team noted for itself while grouping questions. It is about topics, not about you.

All times are in UTC. The files are JSON in UTF-8: every text editor opens them.
""",
    "de": """Ihre Daten
==========
Geschrieben am {at}.

account.json    Ihr Konto: Name, Adresse, Sprache, Gruppen, verknüpfte Anmeldungen, API-Schlüssel
sessions.json   wo Sie angemeldet sind oder waren
consents.json   worin Sie eingewilligt haben, in welchen Worten, wie wir es belegen können, und
                was Sie widerrufen haben
watches.json    was Sie abonniert haben
questions.json  Ihre Fragen, wie Sie sie geschrieben haben, mit den Antworten
files/          die Dateien dieser Fragen und Antworten, je Frage ein Ordner
mails.json      die E-Mails, die wir Ihnen geschickt haben
actions.json    was laut unserem Protokoll Sie getan haben

Was nicht dabei ist, und warum:
- Suchen und Bewertungen mit „hilfreich“. Wir speichern sie unter einem Zeichen, das täglich
  wechselt und das wir nicht zu Ihnen zurückverfolgen können.
- Ihr Passwort. Wir haben nur einen Wert, aus dem es niemand lesen kann.
- Was sich unser Team beim Gruppieren von Fragen notiert. Es handelt von Themen, nicht von Ihnen.

Alle Zeiten sind in UTC. Die Dateien sind JSON in UTF-8: Jeder Texteditor öffnet sie.
""",
}


def export_own_data(conn: Connection, account_id: int, target: IO[bytes], *, locale: str) -> None:
    """Write everything about the person behind an account into `target`, a zip.

    Read in one transaction, in pages: memory stays bounded however much there is. Raises
    NotFound for an account that is not there or erased.
    """
    person = get_person(conn, account_id)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        at = utc_now().strftime("%Y-%m-%d %H:%M UTC")
        archive.writestr("README.txt", READ_ME.get(locale, READ_ME["en"]).format(at=at))
        archive.writestr("account.json", _json(own_account(conn, person)) + "\n")
        _write_list(archive, "sessions.json", own_sessions(conn, person))
        _write_list(archive, "consents.json", own_consents(conn, person))
        _write_list(archive, "watches.json", own_watches(conn, person))
        _write_list(archive, "questions.json", own_questions(conn, person))
        _write_list(archive, "mails.json", own_mails(conn, person))
        _write_list(archive, "actions.json", own_actions(conn, person))
        for file in own_files(conn, person):
            name = file_path(file.question_id, file.attachment)
            with archive.open(name, "w") as entry:
                for start in range(0, file.attachment.size, PIECE_BYTES):
                    length = min(PIECE_BYTES, file.attachment.size - start)
                    piece = read_content(conn, file.attachment, start=start, length=length)
                    entry.write(piece)


def _write_list(archive: zipfile.ZipFile, name: str, items: Iterator[Told]) -> None:
    with archive.open(name, "w") as entry:
        entry.write(b"[")
        separator = "\n"
        for item in items:
            entry.write(f"{separator}{_json(item)}".encode())
            separator = ",\n"
        entry.write(b"\n]\n")


def _json(item: Told) -> str:
    return json.dumps(item, ensure_ascii=False, indent=1)
