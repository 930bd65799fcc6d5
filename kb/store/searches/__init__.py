"""Searches in the record: taken in, settled, counted, learned from."""
