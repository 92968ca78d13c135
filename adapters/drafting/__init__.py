"""From a contract to the manifest of a department: what can be read is read, the rest is asked."""
