"""The agents' pages, one module per thing they do."""

from web.http.pages.desk import (
    audit,
    decisions,
    noise,
    questions,
    queue,
    rewriting,
    searches,
    synonyms,
    topic,
    topic_actions,
)

PAGES = (
    queue,
    questions,
    topic,
    topic_actions,
    rewriting,
    searches,
    noise,
    decisions,
    synonyms,
    audit,
)
