"""What administrators' pages show."""
