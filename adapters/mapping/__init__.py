"""The mapping language: parsed, checked against the contract and compiled at start."""
