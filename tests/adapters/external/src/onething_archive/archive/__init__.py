"""Declared in department.toml beside this file."""
