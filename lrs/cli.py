"""`flask lrs …`: one group of all commands of the Learning Record Store (`lrs.commands`)."""

from __future__ import annotations

from lrs.commands import cmi5, credentials, erasing, tenants, transfer
from lrs.commands.lacking import Commands

__all__ = ["lrs_cli"]

lrs_cli = Commands(
    "lrs", help="The Learning Record Store: credentials, tenants, certificates, export, import, erasure."
)

for _command in (
    credentials.credential_cli,
    tenants.tenant_cli,
    tenants.trust,
    erasing.erase,
    erasing.copies_of_erased,
    transfer.export,
    transfer.import_,
    cmi5.cmi5_cli,
):
    lrs_cli.add_command(_command)
