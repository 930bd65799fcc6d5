"""Entries in the record: contents, wordings, shelves, and how readers use them."""
