"""Groups questions into topics and links entries by meaning."""
