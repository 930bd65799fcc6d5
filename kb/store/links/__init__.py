"""Cross-links between entries in the record: found by the indexer, edited by people."""
