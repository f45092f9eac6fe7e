"""How the reader's weights are made: `python -m qa.training --help`."""
