"""The pages where customers ask, and see what became of it."""
