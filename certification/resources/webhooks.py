"""/api/webhooks: addresses that are told of Statements by signed messages. All but setting them and their secrets is
as with every destination (`certification.resources.destinations`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from certification.access import destinations
from certification.access.permissions import Act
from certification.resources.access import changing, everything, pepper, today, who
from certification.resources.destinations import DestinationAnswer, WhyBody, hosts, shown, told
from certification.resources.frame import Resource
from certification.resources.parameters import REASON, Body
from certification.resources.shapes import AsOf

resource = Resource("webhooks", "Addresses that are told of Statements by signed messages.")


class WebhookBody(Body):
    """What is told of what. Sent again for one that is there, it goes on from its place."""

    address = fields.String(
        required=True, validate=validate.Length(min=1, max=500),
        metadata={"description": "The https:// address that takes the messages."},
    )  # fmt: skip
    filter = fields.Dict(
        load_default=dict, metadata={"description": "Of which Statements: see docs/operate.md; `{}` is all of them."}
    )
    from_beginning = fields.Boolean(
        load_default=False, metadata={"description": "Whether a new one begins with what is stored already."}
    )
    reason = fields.String(required=True, validate=REASON)


class SecretBody(WhyBody):
    """For how long, too."""

    days = fields.Integer(
        required=True, validate=validate.Range(min=0, max=365),
        metadata={"description": "For so many days the secret it has signs as well."},
    )  # fmt: skip


class WebhookAnswer(AsOf):
    """The webhook as it is now."""

    destination = fields.Nested(DestinationAnswer)
    secret = fields.String(
        allow_none=True, metadata={"description": "For a new webhook, and for another address: told this once."}
    )


class SecretAnswer(AsOf):
    """The secret by which messages are signed from now on; told this once."""

    secret = fields.String()


@resource.put("/webhooks/<name>", Act.CHANGE_DESTINATIONS, body=WebhookBody, answers=WebhookAnswer)
def set_webhook(name: str, body: Mapping[str, Any]) -> Any:
    """Have an address told of Statements, or change of which

    Messages are those of standardwebhooks.com. The host has to be among OUTGOING_HOSTS of the installation. It is
    listed, paused and removed as a destination.
    """
    everything(Act.CHANGE_DESTINATIONS)
    with changing(who().tenant) as session:
        made, secret = destinations.set_webhook(
            session, who().tenant, name, address=body["address"], filter=body["filter"],
            from_beginning=body["from_beginning"], hosts=hosts(), pepper=pepper(), **told(body),
        )  # fmt: skip
    return {"as_of": today(), "destination": shown(made), "secret": secret}


@resource.post("/webhooks/<name>/secret", Act.CHANGE_DESTINATIONS, body=SecretBody, answers=SecretAnswer)
def rotate_secret(name: str, body: Mapping[str, Any]) -> Any:
    """Another secret for a webhook

    For so many days messages carry two signatures.
    """
    everything(Act.CHANGE_DESTINATIONS)
    with changing(who().tenant) as session:
        secret = destinations.rotate_secret(
            session, who().tenant, name, days=body["days"], pepper=pepper(), **told(body)
        )
    return {"as_of": today(), "secret": secret}
