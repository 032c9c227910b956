"""API keys, from and to JSON."""

from datetime import datetime

from lookalike.domain.access import ApiKey, Grants, origin_of, scopes_of
from lookalike.wire.keys_schema import KeyInput
from lookalike.wire.schema import Json


def grants_of(body: KeyInput) -> Grants:
    """Raises InvalidInput for grants that contradict themselves."""
    return Grants(
        scopes_of(body.scopes),
        tuple(body.collections),
        tuple(map(origin_of, body.origins)),
        body.per_minute,
    )


def key(one: ApiKey, now: datetime) -> Json:
    """The shape of `KeyBody`."""
    until = one.old_until if one.old_until and one.old_until > now else None
    return {
        "key_id": one.id,
        "name": one.name,
        "state": one.state(now),
        "scopes": sorted(one.grants.scopes),
        "collections": list(one.grants.collections),
        "origins": list(one.grants.origins),
        "per_minute": one.grants.per_minute,
        "created_at": one.created_at.isoformat(),
        "expires_at": one.expires_at and one.expires_at.isoformat(),
        "revoked_at": one.revoked_at and one.revoked_at.isoformat(),
        "old_secret_until": until and until.isoformat(),
    }


def new_key(one: ApiKey, secret: str, now: datetime) -> Json:
    """The shape of `NewKeyBody`."""
    return {**key(one, now), "secret": secret}
