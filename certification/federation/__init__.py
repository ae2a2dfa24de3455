"""Figures of one installation in another one's sum: signed roll-ups, made and sent here, received there."""
