"""What workers ask officers for, answered in place: declarations, disputes, requests about their data.

in_name     in the name of which unit an officer answers
foreseen    what would count once a declaration is confirmed
many        one answer to several at once
"""

from certification.web.officers.answers import declared, disputed, many, requested  # noqa: F401 — adds the views
