"""Units and enterprises on two dated trees, and what they commit themselves to."""
