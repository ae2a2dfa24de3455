"""Statements pulled from other stores, by whatever xAPI every store speaks: pages that `more` leads through.

sources  where from, as whom, from when to when: set, paused, taken up again, removed; how far each is
asking   one page: what is asked, and what is made of the answer
taking   one step of a source: a page asked for, stored Statement by Statement like any other, and noted

A round asks, oldest first, for what was stored since shortly before what has been reached, page by page; then it
rests. What the other store said of a Statement, `stored` and `authority`, is kept as its provenance. A page is noted
only after it is stored: broken off anywhere, it is asked for again, and what is there is passed over.
"""
