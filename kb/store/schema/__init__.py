"""The tables of the record, in one SQLAlchemy MetaData for SQLite and PostgreSQL."""

from __future__ import annotations

from kb.store.schema.attachments import attachment_contents, attachments
from kb.store.schema.entries import (
    calibrations,
    entries,
    entry_findings,
    entry_merges,
    entry_revisions,
    entry_tags,
    helpful_votes,
    links,
    phrasings,
    synonyms,
)
from kb.store.schema.instance import audit_log, changes, idempotency_keys, instance, jobs, redirects
from kb.store.schema.mail import deliveries
from kb.store.schema.parts import Id, metadata
from kb.store.schema.people import (
    account_groups,
    accounts,
    api_keys,
    consents,
    erasures,
    groups,
    identities,
    one_time_tokens,
    sessions,
    watches,
    widget_sites,
)
from kb.store.schema.questions import questions, replies
from kb.store.schema.searches import clicks, search_days, search_intents
from kb.store.schema.shelves import categories, products, tags
from kb.store.schema.topics import assignments, decisions, embeddings, regroupings, runs, topics

__all__ = [
    "Id",
    "account_groups",
    "accounts",
    "api_keys",
    "assignments",
    "attachment_contents",
    "attachments",
    "audit_log",
    "calibrations",
    "categories",
    "changes",
    "clicks",
    "consents",
    "decisions",
    "deliveries",
    "embeddings",
    "entries",
    "entry_findings",
    "entry_merges",
    "entry_revisions",
    "entry_tags",
    "erasures",
    "groups",
    "helpful_votes",
    "idempotency_keys",
    "identities",
    "instance",
    "jobs",
    "links",
    "metadata",
    "one_time_tokens",
    "phrasings",
    "products",
    "questions",
    "redirects",
    "regroupings",
    "replies",
    "runs",
    "search_days",
    "search_intents",
    "sessions",
    "synonyms",
    "tags",
    "topics",
    "watches",
    "widget_sites",
]
