"""The pages: one module per thing a reader or an agent does."""
