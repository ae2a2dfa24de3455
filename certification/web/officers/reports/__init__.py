"""Reports on plans, from opening to filing, and what the units below hand in.

owed        which a unit hands in, by when, how far each is: the list, for the home page too
named       which report an address names
entering    what people enter (typed: fields of a form and back); what the program counts beside it
papers      the preview (shown_paper), downloads, filings and what differs since
stepping    handing in, returning, approving, filing, each with a page to confirm it
collecting  who below has handed in, many at once; whom to remind or phone; their sum
word        the Word templates of documents
"""

from certification.web.officers.reports import (  # noqa: F401 — adds the views
    collecting,
    entering,
    listed,
    one,
    papers,
    stepping,
    word,
)
