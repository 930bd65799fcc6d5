"""The demo set: a small invented help desk, its entries, questions and judged queries."""
