"""Answering: the exact words of a passage, where they stand, or silence."""
