"""Pages for operators and auditors.

home      where they begin: how the installation is (health), what runs and what waits; working: all work under way
keys      keys of programs: made, another secret, refused; token_clients: tokens in place of key and secret
accounts  people who sign in: listed, made; account: one of them, invitations, sessions, codes
destinations  other stores that Statements are forwarded to, and what they refused; sources: pulled from; webhooks
giving    roles given, ended, handed over; bringing_in tables from files
statements  Statements as the store has them (asked: what is typed, as the query string)
validator  Statements that are pasted
rules      criteria, plans and the other rules (rule_words), loaded, compared, and what they changed
identity   which Actors are which workers; waiting: what is to be looked at in Statements
record     the record of acts, and who gave or took which right; tenants: owners of data; sandboxes emptied
words     what acts, scopes and refusals are called; units: which one somebody means
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from certification.web.frame.pages import Entry, Pages

__all__ = ["pages"]

pages = Pages(
    "operators",
    __name__,
    home="home",
    navigation=(
        Entry(_l("Trang chủ"), "home"),
        Entry(_l("Người dùng"), "list_accounts"),
        Entry(_l("Khoá"), "list_keys"),
        Entry(_l("Phát biểu"), "list_statements"),
        Entry(_l("Tài khoản học"), "list_unknown_actors"),
        Entry(_l("Cần xem lại"), "list_findings"),
        Entry(_l("Quy tắc"), "list_rules"),
        Entry(_l("Sổ ghi"), "list_acts"),
    ),
    shortcuts=(Entry(_l("Nhập danh sách từ tệp"), "bring_in"), Entry(_l("Việc đang làm"), "list_work")),
)

from certification.web.operators import (  # noqa: E402, F401 — adds the views
    account,
    accounts,
    bringing_in,
    destinations,
    giving,
    home,
    identity,
    keys,
    record,
    rules,
    sandboxes,
    sources,
    statements,
    tenants,
    token_clients,
    validator,
    waiting,
    webhooks,
    words,
    working,
)
