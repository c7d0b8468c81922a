"""Many artifacts → a static site."""
