"""One things as they are declared in TOML, read into domain values with every mistake collected."""
