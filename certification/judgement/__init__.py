"""Judging workers by the rules, keeping the results, and the titles that bodies award."""
