"""Trains one lane in its own process. The only room that imports torch."""
