from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from lrs.bucket.signing import Credentials, signed

BY = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
AT = datetime(2013, 5, 24, tzinfo=UTC)


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


def test_the_secret_is_in_no_text_of_it() -> None:
    assert BY.secret not in repr(BY)
