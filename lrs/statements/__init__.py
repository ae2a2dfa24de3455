"""Statements: checked (`validate`), stored, found and drawn. Nothing here knows of HTTP."""
