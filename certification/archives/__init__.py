"""Old Statements as files that prove by themselves that none is missing and none was changed.

manifest     what an archive says of itself, signed: its shape, and the chain of digests over its lines
making       writes one
verifying    says what is wrong with one, by its public key alone; and what the store has otherwise by now
"""
