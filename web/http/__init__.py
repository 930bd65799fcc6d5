"""The site: API, pages and their routes."""
