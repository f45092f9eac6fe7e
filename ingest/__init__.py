"""Reading: files into documents, documents into sections, sections into chunks."""
