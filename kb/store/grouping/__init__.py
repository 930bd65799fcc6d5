"""How questions are grouped in the record: what people said, and what it changed."""
