"""The outer ring: HTTP, command line and worker."""
