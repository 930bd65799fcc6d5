"""The pages where customers find and read answers."""
