"""The record of acts: append-only, each chained to the one before it, so that nobody can change the past unseen."""
