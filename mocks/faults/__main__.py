"""`python -m mocks.faults`: the tables of docs/mocks.md, as the code has them."""

from mocks.faults.published import kind_table

if __name__ == "__main__":
    print(kind_table())  # noqa: T201 - a command speaks
