from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from unittest import mock

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Known
from hypothesis import given
from hypothesis import strategies as st

from lrs.bucket.signing import Credentials, signed

BY = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
AT = datetime(2013, 5, 24, tzinfo=UTC)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


def test_a_list_is_signed_as_amazon_signs_its_example() -> None:
    """Amazon S3 API Reference, "Examples: Signature Calculations": Get Bucket (List Objects)."""
    target, headers = signed(
        "GET", "/", {"prefix": "J", "max-keys": "2"}, host="examplebucket.s3.amazonaws.com",
        payload=hashlib.sha256(b"").hexdigest(), by=BY, now=AT,
    )  # fmt: skip
    assert target == "/?max-keys=2&prefix=J"
    assert headers["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        " SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
        " Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    )


@given(
    method=st.sampled_from(["GET", "PUT", "HEAD", "DELETE", "POST"]),
    path=WORDS,
    query=st.dictionaries(st.sampled_from(["delete", "list-type", "prefix", "continuation-token"]), WORDS),
    body=st.binary(max_size=20),
    secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
    day=st.integers(0, 30_000),
)
def test_any_request_is_signed_as_amazons_own_library_signs_it(
    method: str, path: str, query: dict[str, str], body: bytes, secret: str, day: int
) -> None:
    """botocore, the signatures of which every bucket takes, signs the address that we send."""
    payload, host = hashlib.sha256(body).hexdigest(), "kho.example.vn:9000"
    by, now = Credentials("key", secret, "vn-1"), AT + timedelta(days=day, seconds=day)
    target, headers = signed(method, "/" + path, query, host=host, payload=payload, by=by, now=now)
    theirs = AWSRequest(method, f"https://{host}{target}", {"Host": host}, body)
    with mock.patch.object(auth, "get_current_datetime", return_value=now):
        auth.S3SigV4Auth(Known("key", secret), "s3", "vn-1").add_auth(theirs)
    assert headers["Authorization"].replace(", ", ",") == theirs.headers["Authorization"].replace(", ", ",")
    assert headers["x-amz-date"] == theirs.headers["X-Amz-Date"]


def test_the_secret_is_in_no_text_of_it() -> None:
    assert BY.secret not in repr(BY)
