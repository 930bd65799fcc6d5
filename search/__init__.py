"""Ranks entries for a query and knows when it has no answer."""
