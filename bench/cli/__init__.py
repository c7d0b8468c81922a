"""The command line: one file a command, each the pipeline that it runs."""

from bench.cli.entry import main

__all__ = ["main"]
