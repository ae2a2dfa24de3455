"""The commands of `flask certification`, by purpose; `certification.cli` makes one group of them.

    invocation   what all of them need: the clock, the database, the tenant, how refusals are told
    rules        load-rules
    imports      import-…, link-actor, unknown-actors, forget-actor
    judging      work, assess, rebuild-facts, explain
    figures      attainment, publish, unpublish
    analysis     export-figures
    archives     archive-statements, verify-archive
    access       init, …-account, …-role, set-team, access-record
    keys         create-key
    trust        trust, trusted, findings

Each command reads its arguments and the clock, opens a transaction, calls one function and, when the transaction has
ended well, prints what came of it. What is refused is printed on standard error, one fault a line, and ends with
status 1.
"""
