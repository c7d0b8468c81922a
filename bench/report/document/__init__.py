"""What is said: documents, each built once for every medium."""
