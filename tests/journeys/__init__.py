"""Journeys are a package to pytest: their world is torn down when the last of them is through."""
