"""The ordered list of schema changes; Alembic runs them."""
