"""REST departments: OpenAPI documents bound at start."""
