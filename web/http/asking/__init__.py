"""What the pages of asking show and check."""
