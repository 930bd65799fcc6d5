"""The storage of the record: all SQL of the record lives in this package."""
