"""The commands of `flask lrs`, by purpose; `lrs.cli` makes one group of them.

invocation    what all of them need: the database, the tenant, how refusals are told
credentials   credential create, list, rotate, revoke
tenants       tenant list, create, empty-test, privacy; trust
erasing       erase
transfer      export, import
"""
