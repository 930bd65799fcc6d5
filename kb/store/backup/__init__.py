"""The record as one file: backed up, restored, exported."""
