"""Statements forwarded to other stores, and webhooks told of them, as they are stored: each destination follows the
tenant's order by itself.

destinations  where to, as whom, what: set, paused, taken up again, removed; how far each is
filters       which Statements a destination is to have
posting       one request to a store, and what its answer means; webhooks: the same for a signed message
sending       one step of a destination: read, sent, settled; never a transaction open while somebody is asked
letters       Statements that a destination refused, seen and sent again
handed_over   where Statements of people had gone who are erased now
work          the loop: whoever is due has a step, each in a thread of its own

How nothing is lost and nothing is there twice. A place is passed only after the destination answered for all up to it,
in a transaction of its own that moves the position if nobody else has moved it. Killed anywhere before, the same
Statements go out again, under the same ids, of which xAPI has a store keep one (1.0.3 Communication 2.1.2). Whatever
is no clear answer of an xAPI store is tried again, later and later; only what a store refuses for good, and refuses
alone, is laid aside.
"""
