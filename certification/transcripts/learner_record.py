"""A transcript as a Comprehensive Learner Record (1EdTech CLR 2.0): one credential that holds an achievement credential
(Open Badges 3.0) for each activity and title. Pure.

Certificates of titles stand in it as they were signed, with their own proof; the others are proved by the record's.
The context's newest term, `partial`, is not used: the record then means the same by every edition of the context.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from certification.certificates.keys import Issuer
from certification.credentials.canonical import CREDENTIALS, LEARNER_RECORDS, OPEN_BADGES
from certification.documents.typography import composed, short_day
from certification.errors import CertificationError
from certification.transcripts import words
from certification.transcripts.told import Learning, Title, Transcript
from certification.vietnam import VIETNAM

__all__ = ["NothingLearnt", "learner_record"]


class NothingLearnt(CertificationError):
    """A Comprehensive Learner Record holds at least one achievement."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Người lao động “{number}” chưa có kết quả học tập hay danh hiệu nào trong phạm vi được xem, nên chưa có "
            "gì để ký; lấy bảng kê dạng JSON, PDF hoặc XLSX"
        )


def learner_record(transcript: Transcript, issuer: Issuer, *, record: UUID, at: datetime) -> dict[str, Any]:
    """The credential of this id, without its proof, valid from the instant `at` to the end of the transcript's basis.

    Raises NothingLearnt.
    """
    credentials = [_of_learning(transcript, one, issuer, at) for one in transcript.learning]
    credentials += [_of_title(transcript, one, issuer) for one in transcript.titles if one.withdrawn_on is None]
    if not credentials:
        raise NothingLearnt(transcript.number)
    basis = transcript.basis
    ends = {} if basis.until is None else {"validUntil": _instant(basis.until + timedelta(days=1))}
    return {
        "@context": [CREDENTIALS, LEARNER_RECORDS, OPEN_BADGES],
        "id": f"urn:uuid:{record}",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": f"{words.TITLE}: {composed(transcript.name)}",
        "description": composed(
            f"{basis.purpose}. {words.said_of(basis)} Bên nhận: {basis.recipient}. "
            f"Số liệu đến hết ngày {short_day(transcript.as_of)}."
        ),
        "issuer": _issuer(issuer),
        "validFrom": at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        **ends,
        "credentialSubject": {
            "type": ["ClrSubject"],
            "identifier": [_identity(transcript.name)],
            "verifiableCredential": credentials,
        },
    }


def _of_learning(transcript: Transcript, one: Learning, issuer: Issuer, at: datetime) -> dict[str, Any]:
    """One activity as one provider tells of it."""
    achievement = f"urn:uuid:{uuid5(NAMESPACE_URL, one.activity or one.name)}"
    source = uuid5(transcript.worker, f"{one.activity} {one.name} {one.provider} {one.first} {one.last} {one.times}")
    codes = [(each.code, each.title) for each in (*transcript.groups, *transcript.indicators)]
    aligned = [(code, title) for code, title in codes if code in one.groups or code in one.indicators]
    topics = [transcript.topics[code] for code in one.topics]
    scored: dict[str, Any] = {}
    described: dict[str, Any] = {}
    if one.score is not None:
        kind = {"name": "Điểm", "resultType": "Percent", "valueMin": "0", "valueMax": "100"}
        described = {"resultDescription": [{"id": f"{achievement}#score", "type": ["ResultDescription"], **kind}]}
        scored = {
            "result": [
                {"type": ["Result"], "resultDescription": f"{achievement}#score", "value": f"{one.score / 100:g}"}
            ]
        }
    known = (
        {"otherIdentifier": [{"type": "IdentifierEntry", "identifier": one.activity, "identifierType": "identifier"}]}
        if one.activity
        else {}
    )
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": f"urn:uuid:{source}",
        "type": ["VerifiableCredential", "AchievementCredential"],
        "name": composed(one.name),
        "issuer": _issuer(issuer),
        "validFrom": at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [_identity(transcript.name)],
            "activityStartDate": _instant(one.first),
            "activityEndDate": _instant(one.last),
            "source": {
                "id": f"urn:uuid:{uuid5(NAMESPACE_URL, one.provider)}",
                "type": ["Profile"],
                "name": composed(one.provider),
            },
            "achievement": {
                "id": achievement,
                "type": ["Achievement"],
                "achievementType": "LearningProgram" if one.times > 1 else "Course",
                "name": composed(one.name),
                "description": composed("; ".join(topics) or words.NO_GROUP),
                "criteria": {"narrative": composed(words.told_by(one))},
                "tag": list(one.topics),
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": composed(title),
                        "targetCode": code,
                        "targetUrl": f"{issuer.url}/subjects/{code}",
                    }
                    for code, title in aligned
                ],
                **known,
                **described,
            },
            **scored,
        },
        "evidence": [
            {
                "type": ["Evidence"],
                "name": f"E{one.quality}",
                "description": words.level(one.quality),
                "genre": "xAPI",
            }
        ],
    }


def _of_title(transcript: Transcript, one: Title, issuer: Issuer) -> dict[str, Any]:
    """The certificate as it was signed; where none is issued, what the decision says."""
    if one.credential is not None:
        signed: dict[str, Any] = json.loads(one.credential)
        return signed
    decided = composed(f"Quyết định số {one.decision_number} ngày {short_day(one.decided_on)} của {one.body}")
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": f"urn:uuid:{uuid5(transcript.worker, f'title {one.year}')}",
        "type": ["VerifiableCredential", "AchievementCredential"],
        "name": f"{words.CITIZEN} năm {one.year}",
        "issuer": _issuer(issuer),
        "validFrom": _instant(one.decided_on),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [_identity(transcript.name)],
            "achievement": {
                "id": f"urn:uuid:{uuid5(NAMESPACE_URL, words.CITIZEN)}",
                "type": ["Achievement"],
                "achievementType": "Award",
                "name": words.CITIZEN,
                "description": decided,
                "criteria": {"narrative": decided},
            },
        },
    }


def _issuer(issuer: Issuer) -> dict[str, Any]:
    return {"id": issuer.did, "type": ["Profile"], "name": words.ISSUER}


def _identity(name: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "identityType": "name", "hashed": False, "identityHash": composed(name)}


def _instant(day: date) -> str:
    """The first moment of a day in Vietnam."""
    return datetime.combine(day, time(), VIETNAM).isoformat(timespec="seconds")
