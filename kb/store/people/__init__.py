"""Accounts, what they sign in with, and what belongs to them."""
