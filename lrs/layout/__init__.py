"""How the tables lie on PostgreSQL: each whole, in parts by hash, or over the machines of a cluster.

Each model declares once by what its table is spread (`info["distribution"]`, `lrs.models`); `declared.py` reads that,
`partitions.py` and `cluster.py` do it. The program asks the same questions whatever the answer is.
"""
