"""Asking: what becomes of a question that somebody asked here, until it is solved."""
