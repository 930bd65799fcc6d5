"""What the pages of accounts show and check."""
