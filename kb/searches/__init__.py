"""What people look for: folded into searches, settled, made questions of where nothing answered."""
