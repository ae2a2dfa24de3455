"""Signed figures of units: made and sent to another installation (made), gathered from others (gathered)."""
