"""`python -m layan.app.cli`."""

from layan.app.cli import main

main()
