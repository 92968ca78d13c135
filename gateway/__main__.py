"""`python -m gateway` is `onething`."""

from gateway.cli import main

main()
