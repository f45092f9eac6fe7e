"""Showing: the command line and how an answer looks."""
