"""What a worker has learnt, told for a purpose: to the worker, the employer, a new employer."""
