"""Topics out of vectors, pure: graph, communities, what people decided, what may move."""
