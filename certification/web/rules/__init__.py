"""What the rules ask, in sentences: for everybody signed in, and drawn on the pages of operators too.

told         what a page says of a rule file: parts and lines, each with how sure it is
criteria     of criteria and the points that learning suggests
plans        of plans, their targets, and who takes one over
procedures   of the steps to the title, answers and who gives points
evidence     of what counts as evidence
sentences    which of these a kind of file is told by
in_force     /quy-dinh: the rules that hold
"""

from __future__ import annotations

from certification.web.frame.pages import Pages

__all__ = ["pages"]

pages = Pages("rules", __name__)

from certification.web.rules import in_force  # noqa: E402, F401 — adds the view
