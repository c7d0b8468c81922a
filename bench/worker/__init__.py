"""Trains one lane in its own process. The only room that imports torch."""

import os

AFFINITY_AT_START = sorted(os.sched_getaffinity(0))
"""Before any library is loaded: GNU's OpenMP binds the first thread to a core as soon as it is."""
