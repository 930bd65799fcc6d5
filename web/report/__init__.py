"""The report: one HTML page that shows what people ask, of the record or of a file not imported."""
