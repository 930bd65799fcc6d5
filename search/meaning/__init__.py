"""The meaning half: vectors of wordings and passages, and what is near to a query."""
