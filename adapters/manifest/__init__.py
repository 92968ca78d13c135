"""department.toml: what a department declares."""
