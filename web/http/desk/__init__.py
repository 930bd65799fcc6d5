"""What the pages of the desk show: contexts, rows, samples."""
