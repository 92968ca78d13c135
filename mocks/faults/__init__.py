"""Bad days: every kind there is (`table`), when they come, and how each is done."""
