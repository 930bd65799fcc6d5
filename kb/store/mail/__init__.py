"""Mail that leaves, and who wants which."""
