"""Entries that say the same: what the audit found, and merges that can go back."""
