"""`python -m handoff_app` is `handoff`."""

from handoff_app.cli import main

main()
