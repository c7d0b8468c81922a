"""Runs as tidy pandas frames, for notebooks: `bench.load`."""
