"""Other people's software verifies what we sign, and refuses what was changed or withdrawn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from certification.credentials import proofs, status_lists
from tests.certification.credentials.signed import AT, DID, KEY, LIST, badge, documents, verified_elsewhere

pytestmark = pytest.mark.slow

BEGAN, ENDS = AT - timedelta(days=365), AT + timedelta(days=36_500)
"""That verifier looks at the list by the clock of the machine."""


def test_a_credential_verifies_until_it_is_changed_or_withdrawn() -> None:
    signed = proofs.prove(badge(), KEY, created=AT)
    others = [signed, {**signed, "name": "Công dân học tập năm 2027"}, {**signed, "bogus": 1}]
    for withdrawn in ([], [5, 94567]):
        listed = status_lists.list_credential(LIST, DID, withdrawn, valid_from=BEGAN, valid_until=ENDS)
        fetched = documents(**{LIST: proofs.prove(listed, KEY, created=AT)})
        answers = verified_elsewhere(others, fetched)
        assert [one["verified"] for one in answers] == [True, False, False], answers
        assert answers[0]["withdrawn"] is bool(withdrawn), answers
    assert "Invalid signature" in answers[1]["error"]


def test_another_key_does_not_verify() -> None:
    other = proofs.SigningKey(KEY.id, b"x" * 32)
    listed = status_lists.list_credential(LIST, DID, [], valid_from=BEGAN, valid_until=ENDS)
    fetched = documents(**{LIST: proofs.prove(listed, KEY, created=AT)})
    answer = verified_elsewhere([proofs.prove(badge(), other, created=AT)], fetched)[0]
    assert answer["verified"] is False
