"""What is known of a topic: label, keywords, trend, who asks, what it would bring to answer it."""
