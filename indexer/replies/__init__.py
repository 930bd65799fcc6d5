"""Draft answers quoted from real replies, and what these replies claim."""
