"""Search as the site serves it: the open index, suggestions, what is noted of searches."""
