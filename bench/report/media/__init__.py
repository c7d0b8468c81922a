"""How a document is written: one file a medium."""
