"""Copies of the whole database, taken while it is used, checked, and put back.

A backup is a folder with the data, as the database's own tool writes it, and a manifest that says what is in it. Both
halves' tables and every Attachment are in the database, so they are all in the copy, as of one moment.
"""
