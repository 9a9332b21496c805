"""One file is one settings page."""
