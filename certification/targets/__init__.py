"""Rates of every unit against the plans that bind it."""
