"""Mail: composed in two languages, sent over SMTP."""
