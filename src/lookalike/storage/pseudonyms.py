"""Pseudonyms of erased users: enough to know one again who is named, not to name one."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from lookalike.storage.database import chunks, save
from lookalike.storage.tables import erased_users, keys

KEY_NAME = "receipts"


def receipts_key(connection: sa.Connection) -> bytes:
    """The secret of this workspace; made when it is first needed, in a writing transaction."""
    row = {"name": KEY_NAME, "key": secrets.token_hex(32)}
    query = sa.select(keys.c.key).where(keys.c.name == KEY_NAME)
    found = connection.execute(query).scalar_one_or_none()
    if found is None:
        save(connection, keys, rows=[row], replace=False)
        found = connection.execute(query).scalar_one()
    return bytes.fromhex(found)


def pseudonym(key: bytes, collection: str, user_id: str) -> str:
    """HMAC-SHA256 over collection and id: nobody without the key can try ids out."""
    message = f"user\0{collection}\0{user_id}".encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def erasures(
    connection: sa.Connection, collection: str, users: Iterable[str]
) -> dict[str, datetime]:
    """When each of these users was last erased; those who never were are left out."""
    mine = erased_users.c.collection == collection
    if not connection.execute(sa.select(sa.exists().where(mine))).scalar_one():
        return {}
    key = receipts_key(connection)
    names = {pseudonym(key, collection, user_id): user_id for user_id in users}
    found: dict[str, datetime] = {}
    for some in chunks(sorted(names)):
        query = sa.select(erased_users.c.pseudonym, erased_users.c.erased_at).where(
            mine, erased_users.c.pseudonym.in_(some)
        )
        found.update((names[row[0]], row[1]) for row in connection.execute(query))
    return found
