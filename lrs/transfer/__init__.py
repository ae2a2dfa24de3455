"""All of a tenant as one file, and into a store again: `flask lrs export` and `flask lrs import`.

`form.py` says what the lines of such a file are, `exporting.py` writes them, `reading.py` reads them and what other
stores give. Then there are two ways in: `moving.py` for a store that changes its place, `taking_over.py` for Statements
of another store, which become this one's.
"""
