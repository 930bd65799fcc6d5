"""Turns what people sent into questions: reads files, cleans, masks, detects the language."""
