"""Bearer tokens in place of key and secret: JWT access tokens (RFC 9068) of issuers that an operator named.

clients    which client of which issuer stands for which key
issuers    what issuers publish: their keys, kept for a while
verifying  a token → Identity
"""
