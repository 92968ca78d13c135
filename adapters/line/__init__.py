"""One department's line: the wire port over HTTP/1.1."""
