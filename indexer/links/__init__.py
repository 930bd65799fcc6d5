"""Links between entries, and what the audit finds about them."""
