"""Topics in the record: their own rows, the queue, what they hold, what they would bring."""
