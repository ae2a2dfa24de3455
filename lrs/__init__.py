"""The Learning Record Store: speaks xAPI, keeps Statements, knows nothing of titles.

Other packages call `lrs.api` and `lrs.db` and nothing else here.
"""
