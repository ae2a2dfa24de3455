"""Dossiers: from registering for the title to a decision of a competent body, each step with person and time."""
