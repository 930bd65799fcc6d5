"""What a file from outside really is, and what of it is kept."""
