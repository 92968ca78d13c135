"""A mock of any contract: WSDL or OpenAPI in, valid replies out, examples first.

It reads contracts with eyes of its own and shares no code with the adapters: what both sides
understand alike is what the contract says.
"""
