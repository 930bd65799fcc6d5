"""The keyword half: BM25 and n-grams, in one SQLite file and one mapped file."""
