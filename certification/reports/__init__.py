"""The yearly report: its figures, its papers."""
