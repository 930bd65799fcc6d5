"""The agents' pages, one module per thing they do."""
