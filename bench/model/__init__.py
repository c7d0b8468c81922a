"""What crosses rooms, as values. Imports nothing of the kit."""
