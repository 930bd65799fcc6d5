"""Tables of the shelves that entries stand on: products, categories, tags."""

from __future__ import annotations

from sqlalchemy import Column

from kb.store.schema.parts import table
from kb.store.types import StoredJson, StoredText

products = table(
    "products",
    Column("slug", StoredText, nullable=False, unique=True),
    Column("name", StoredText, nullable=False),
    Column("names", StoredJson, nullable=False, server_default="{}"),
)
categories = table(
    "categories",
    Column("slug", StoredText, nullable=False, unique=True),
    Column("name", StoredText, nullable=False),
    Column("names", StoredJson, nullable=False, server_default="{}"),
)
tags = table(
    "tags",
    Column("slug", StoredText, nullable=False, unique=True),
    Column("name", StoredText, nullable=False),
    Column("names", StoredJson, nullable=False, server_default="{}"),
)
