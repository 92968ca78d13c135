"""Exchanges with a real system, kept without its secrets, and played again."""
