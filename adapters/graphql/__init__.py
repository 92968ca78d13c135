"""Departments that speak GraphQL; the only place of the adapters that knows graphql-core."""
