"""What the pages of entries and shelves show."""
