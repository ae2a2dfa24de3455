"""How the tables lie on PostgreSQL: each whole, or in parts by hash.

Each model declares once by what its table is spread (`info["distribution"]`, `lrs.models`); `declared.py` reads that,
`partitions.py` does it. The program asks the same questions whatever the answer is.
"""
