"""The file for nginx that operators copy: what it speaks, whom it leads to HTTPS, what it keeps."""

from __future__ import annotations

import re
from pathlib import Path

FILE = Path(__file__).parent.parent / "docs" / "operate" / "nginx.conf"
TEXT = re.sub(r"#.*", "", FILE.read_text(encoding="utf-8"))
_, PLAIN, SECURE = re.split(r"^server \{", TEXT, flags=re.MULTILINE)


def test_tls_1_2_and_1_3_with_forward_secrecy_and_authenticated_ciphers_alone() -> None:
    assert re.findall(r"ssl_protocols ([^;]+);", TEXT) == ["TLSv1.2 TLSv1.3"]
    [ciphers] = re.findall(r"ssl_ciphers ([^;]+);", TEXT)
    for cipher in ciphers.split(":"):
        assert re.fullmatch(r"ECDHE-(ECDSA|RSA)-(AES(128|256)-GCM-SHA(256|384)|CHACHA20-POLY1305)", cipher), cipher
    assert "ssl_ciphers" in SECURE and "ssl_session_tickets off;" in SECURE


def test_people_are_led_to_https_and_programs_are_refused() -> None:
    assert "listen 80;" in PLAIN and "listen [::]:80;" in PLAIN and "443" not in PLAIN
    assert "proxy_pass" not in PLAIN, "nothing is answered in the clear"
    assert re.search(r"location / \{\s+return 301 https://\$host\$request_uri;", PLAIN)
    assert re.search(r"location ~ \^/\(xapi\|xapi-ext\|api\)/ \{\s+return 403", PLAIN)
    assert re.findall(r"listen ([^;]+);", SECURE) == ["443 ssl http2", "[::]:443 ssl http2"]


def test_no_address_is_logged_and_every_block_is_closed() -> None:
    for server in (PLAIN, SECURE):
        assert "access_log off;" in server
    assert re.search(r"location = /metrics \{\s+return 404;", SECURE)
    assert TEXT.count("{") == TEXT.count("}")
    for line in TEXT.splitlines():
        assert not line.strip() or line.strip()[-1] in ";{}", line
