"""Chooses which column of a file feeds which field of a question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

from kb.errors import InvalidInput

Vendor = Literal["zendesk", "freshdesk", "zammad", "chatwoot", ""]

MIN_SPELLING_SCORE = 60
MAX_COLUMNS_NAMED = 20
SPARE_SUBJECTS = ("question", "text", "frage", "problem")
FRESHDESK_WRAPPER = "helpdesk_ticket"
FIELDS = (
    "id",
    "subject",
    "text",
    "created",
    "lang",
    "product",
    "sender",
    "sender_name",
    "state",
    "tags",
    "label",
    "reply",
    "reply_kind",
    "replies",
)
ALIASES = {"body": "text", "title": "subject", "date": "created", "status": "state"}

# Column names as people and exports write them, the likelier first; compared without case and
# punctuation ("Created At", "created_at" and "createdAt" are one name).
GENERIC_NAMES: Mapping[str, str] = {
    "id": "id ticketid ticketnumber number messageid conversationid displayid key uuid nr",
    "subject": "subject title summary topic headline betreff titel oggetto asunto objet",
    "text": (
        "body bodytext text descriptiontext description message content question details inquiry "
        "query request comment problem firstmessage nachricht beschreibung frage anfrage inhalt"
    ),
    "created": (
        "created createdat createdtime createdon createddate creationdate date timestamp time "
        "opened openedat submitted submittedat received receivedat asked askedat datum erstellt "
        "erstelltam"
    ),
    "lang": "lang language locale languagecode sprache",
    "product": "product productname app application produkt model",
    "sender": (
        "sender requesteremail customeremail contactemail fromemail email from requester customer "
        "absender kunde"
    ),
    "sender_name": (
        "sendername requestername customername contactname fullname fromname name author username"
    ),
    "state": "state status statusname ticketstatus zustand",
    "tags": "tags taglist keywords schlagworte",
    "label": "label category type topicname kategorie",
    "reply": (
        "reply answer response resolution solution firstreply agentreply bestanswer acceptedanswer "
        "antwort loesung lösung"
    ),
    "reply_kind": "replykind answerkind",
    "replies": "replies answers comments articles messages conversations notes",
}

# What a vendor's export has and others have not (all of one line together).
SIGNS: tuple[tuple[Vendor, str], ...] = (
    ("freshdesk", "displayid notes subject"),
    ("freshdesk", "requesterid responderid source"),
    ("freshdesk", "ticketid createdtime resolvedtime"),
    ("freshdesk", "descriptiontext conversations"),
    ("chatwoot", "messages inboxid"),
    ("chatwoot", "messages contactlastseenat"),
    ("chatwoot", "messages meta"),
    ("zammad", "articles title"),
    ("zammad", "articlecount title number"),
    ("zendesk", "rawsubject"),
    ("zendesk", "comments requesterid"),
    ("zendesk", "comments requester via"),
    ("zendesk", "subject requester tickettype"),
    ("zendesk", "summationcolumn"),
    ("zendesk", "requesteremail requesterid via"),
)
VENDOR_NAMES: Mapping[Vendor, Mapping[str, str]] = {
    "zendesk": {
        "id": "id",
        "subject": "subject rawsubject",
        "text": "description",
        "created": "createdat",
        "state": "status",
        "tags": "tags",
        "sender": "requesteremail reqemail",
        "sender_name": "requestername requester",
        "replies": "comments",
    },
    "freshdesk": {
        "id": "displayid ticketid id",
        "subject": "subject",
        "text": "descriptiontext descriptionhtml description",
        "created": "createdat createdtime",
        "state": "statusname status",
        "tags": "tags",
        "product": "product productname",
        "sender": "email requesteremail contactemail",
        "sender_name": "fullname requestername contactname",
        "label": "tickettype type",
        "replies": "conversations notes",
    },
    "zammad": {
        "id": "number id",
        "subject": "title",
        "created": "createdat",
        "state": "state",
        "tags": "tags",
        "sender": "customer",
        "label": "group",
        "replies": "articles",
    },
    "chatwoot": {
        "id": "id displayid",
        "created": "createdat",
        "state": "status",
        "tags": "labels",
        "replies": "messages",
    },
}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Field to column of one file, and the help desk whose nested replies it holds ("" if none).

    A column name with dots names a value inside an object: `ticket.body`.
    """

    vendor: Vendor
    columns: Mapping[str, str]

    @property
    def name(self) -> str:
        """What a person is told about the choice: the help desk, or "column names"."""
        return self.vendor.capitalize() if self.vendor else "column names"

    def __str__(self) -> str:
        """One line for a person: `Zendesk export: text from description, id from ticket_id`."""
        found = f"{self.name} export" if self.vendor else "columns"
        pairs = (
            field if field == column else f"{field} from {column}"
            for field, column in self.columns.items()
        )
        return f"{found}: {', '.join(pairs)}"

    def value(self, row: Mapping[str, object], field: str) -> object:
        """Return what `row` holds for `field`, None where it holds nothing."""
        column = self.columns.get(field)
        return None if column is None else value_at(row, column)


def value_at(row: Mapping[str, object], column: str) -> object:
    """Return the value of `column`, following dots into nested objects; None if it is absent."""
    if column in row:
        return row[column]
    value: object = row
    for part in column.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def unwrapped(values: Mapping[str, object]) -> Mapping[str, object]:
    """Return the ticket inside a row of Freshdesk's account export, any other row as it is."""
    inner = values.get(FRESHDESK_WRAPPER)
    return inner if isinstance(inner, Mapping) else values


def parse_map_options(options: Iterable[str]) -> dict[str, str]:
    """Read `text=body` options into field to column; raises InvalidInput for a wrong one."""
    explicit: dict[str, str] = {}
    for option in options:
        name, equals, column = option.partition("=")
        if not equals or not name.strip() or not column.strip():
            raise InvalidInput(f"--map {option!r}: write it as field=column, for example text=body")
        explicit[_known_field(name.strip())] = column.strip()
    return explicit


def choose_mapping(
    columns: Sequence[str], sample_rows: Sequence[Mapping[str, object]], explicit: Mapping[str, str]
) -> ColumnMapping:
    """Choose the columns of a file: what a person named first, then what its help desk writes.

    `explicit` maps fields to columns and wins. Raises InvalidInput, with the columns that there
    are, for an unknown field or column and where nothing could be the question's text.
    """
    if FRESHDESK_WRAPPER in columns:
        sample_rows = [unwrapped(row) for row in sample_rows]
        columns = list(dict.fromkeys(name for row in sample_rows for name in row))
    chosen = {_known_field(name): column for name, column in explicit.items()}
    for column in chosen.values():
        _check_column(column, columns, sample_rows)
    names = {_folded(column): column for column in reversed(columns)}
    vendor = _vendor(names)
    wanted = VENDOR_NAMES[vendor] if vendor else GENERIC_NAMES
    taken = set(chosen.values())
    for name in FIELDS:
        found = (names.get(word) for word in wanted.get(name, "").split())
        first = next((one for one in found if one is not None and one not in taken), None)
        if name not in chosen and first is not None:
            chosen[name] = first
            taken.add(first)
    if not vendor and "subject" not in chosen:
        # Where a question and its details stand in two columns, the question is the subject.
        spare = next((names[word] for word in SPARE_SUBJECTS if word in names), None)
        if spare is not None and spare not in taken:
            chosen["subject"] = spare
    if not chosen.keys() & {"text", "subject", "replies"}:
        raise InvalidInput(
            "no column looks like the question's text; name it with --map text=COLUMN; "
            f"the columns are: {_listed(columns)}",
            field="text",
        )
    return ColumnMapping(vendor, chosen)


def _vendor(names: Mapping[str, str]) -> Vendor:
    return next(
        (vendor for vendor, sign in SIGNS if all(word in names for word in sign.split())), ""
    )


def _folded(column: str) -> str:
    return re.sub(r"[^\w]|_", "", column).lower()


def _known_field(name: str) -> str:
    lowered = name.lower().replace("-", "_")
    known = ALIASES.get(lowered, lowered)
    if known in FIELDS:
        return known
    close = _similar(lowered, (*FIELDS, *ALIASES))
    raise InvalidInput(
        f"--map knows no field {name!r}{close}; the fields are: {', '.join(FIELDS)}", field=name
    )


def _check_column(
    column: str, columns: Sequence[str], sample_rows: Sequence[Mapping[str, object]]
) -> None:
    if column in columns:
        return
    if "." in column and any(value_at(row, column) is not None for row in sample_rows):
        return
    raise InvalidInput(
        f"the file has no column {column!r}{_similar(column, columns)}; "
        f"its columns are: {_listed(columns)}",
        field=column,
    )


def _similar(name: str, choices: Sequence[str]) -> str:
    best = process.extractOne(
        name, choices, scorer=fuzz.WRatio, processor=str.lower, score_cutoff=MIN_SPELLING_SCORE
    )
    return f" (did you mean {best[0]!r}?)" if best else ""


def _listed(columns: Sequence[str]) -> str:
    more = len(columns) - MAX_COLUMNS_NAMED
    named = ", ".join(columns[:MAX_COLUMNS_NAMED])
    return f"{named} and {more} more" if more > 0 else named
