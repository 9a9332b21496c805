"""Plain HTTP beside the pages: sign-in, health, metrics."""
