"""What the widget on other sites may ask, and how it is answered."""
