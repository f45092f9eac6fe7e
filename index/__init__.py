"""Finding: chunks and their vectors on disk, and the passages that are about a question."""
