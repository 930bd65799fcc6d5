"""Files of questions, replies and entries."""
