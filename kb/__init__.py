"""The domain of Kundig: questions, topics, entries and their storage."""

__version__ = "0.1.0"
