"""Questions in the record: as they come in, cleaned, set aside as noise, read."""
