"""Reading: files into documents, documents into sections, sections into chunks."""

VERSION = 3
"""Raised when files are read or cut differently; an index of another version is rebuilt."""
