"""The worker: cleans, groups, links and builds the index beside the site."""
