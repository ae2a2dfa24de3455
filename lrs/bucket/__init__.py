"""Bytes of Attachments in a bucket that speaks S3, in place of the database.

signing   a request, signed as Amazon calls it: Signature Version 4
store     objects put, read, listed, removed
sweeping  what lies there and nobody needs; what is missing
"""
