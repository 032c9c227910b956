"""The facade's part for who may call the service: making keys, ending them, knowing them again."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from lookalike.domain.access import PREFIX, ApiKey, Grants, digest, key_id
from lookalike.domain.user_token import user_token
from lookalike.errors import InvalidInput, Unauthorized
from lookalike.storage.api_keys import ApiKeys, key_of
from lookalike.storage.workspace import COLLECTION_ID

FRESH_S = 0.5
"""So old may be what is known of the keys: another process's revocation holds within a second."""
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # of ids that people read to one another
ID_LENGTH = 8
SECRET_BYTES = 32
GRACE = timedelta(hours=24)
_HINT = "Send `Authorization: Bearer KEY`; make one with: lookalike keys create"


@dataclass(frozen=True)
class NewKey:
    """A key that was just made; `secret` is the whole of it, and nobody can read it again."""

    key: ApiKey
    secret: str

    def __repr__(self) -> str:
        return f"NewKey({self.key.id})"


@dataclass(frozen=True)
class _Known:
    """The keys as they were read."""

    rows: tuple[tuple[Any, ...], ...]
    keys: Mapping[str, ApiKey]
    origins: frozenset[str]


class Access:
    """The keys of one workspace; safe to share between threads.

    What checks a key reads memory; `refresh` reads the database, where `is_stale` says so.
    """

    def __init__(self, store: ApiKeys, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._known = _Known((), {}, frozenset())
        self._read_at = float("-inf")

    # Making and ending keys

    def create(self, name: str, grants: Grants, *, expires_in: timedelta | None = None) -> NewKey:
        """A new key.  Raises InvalidInput."""
        for collection in grants.collections:
            if not COLLECTION_ID.fullmatch(collection):
                raise InvalidInput(f'"{collection[:80]}" is not a collection id.')
        if expires_in is not None and expires_in <= timedelta(0):
            raise InvalidInput("The key would have expired already.")
        now = datetime.now(UTC)
        chosen = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
        secret = _secret(chosen)
        try:
            expires_at = None if expires_in is None else now + expires_in
        except OverflowError:
            raise InvalidInput("The key would expire too far in the future.") from None
        key = ApiKey(chosen, name.strip(), grants, digest(secret), now, expires_at)
        self._store.add(key)
        self.refresh(at_once=True)
        return NewKey(key, secret)

    def list(self) -> tuple[ApiKey, ...]:
        """All keys, oldest first; those that were revoked are among them."""
        return self._store.list()

    def revoke(self, key: str, *, forget: bool = False) -> None:
        """End a key by its id, at once here and within a second in other processes.

        forget  also take it off the list
        Raises NotFound.
        """
        if forget:
            self._store.forget(key)
        else:
            self._store.revoke(key, datetime.now(UTC))
        self.refresh(at_once=True)

    def rotate(self, key: str, *, grace: timedelta = GRACE) -> NewKey:
        """Another secret for a key; the present one opens until the grace is over.

        Of several rotations within a grace, only the last old secret still opens.
        Raises NotFound, and InvalidInput for a key that is revoked or expired.
        """
        now = datetime.now(UTC)
        state = self._store.get(key).state(now)
        if state != "active":
            raise InvalidInput(f"The key {key} is {state}.", hint="Make a new one.")
        secret = _secret(key)
        self._store.rotate(key, digest(secret), old_until=now + max(grace, timedelta(0)))
        self.refresh(at_once=True)
        return NewKey(self._store.get(key), secret)

    # Knowing them again

    @property
    def is_stale(self) -> bool:
        return self._clock() - self._read_at > FRESH_S

    def refresh(self, *, at_once: bool = False) -> None:
        """Read the keys, unless somebody just did."""
        with self._lock:
            if not at_once and not self.is_stale:
                return
            started = self._clock()
            rows = self._store.rows()
            if rows != self._known.rows:
                keys = {one.id: one for one in map(key_of, rows)}
                now = datetime.now(UTC)
                active = [one for one in keys.values() if one.state(now) == "active"]
                origins = frozenset(origin for one in active for origin in one.grants.origins)
                self._known = _Known(rows, keys, origins)
            self._read_at = started

    @property
    def is_open(self) -> bool:
        """Whether there is no key at all; revoked and expired ones keep the service closed."""
        return not self._known.rows

    def names_origin(self, origin: str) -> bool:
        """Whether some active key may be used from pages of this origin."""
        return origin in self._known.origins

    def key(self, shown: str) -> ApiKey:
        """The key that somebody shows.  Raises Unauthorized; takes microseconds."""
        found = self._known.keys.get(key_id(shown) or "")
        now = datetime.now(UTC)
        if found is None or not found.is_of(shown, now):
            raise Unauthorized("The API key is not known.", hint=_HINT)
        state = found.state(now)
        if state != "active":
            raise Unauthorized(f"The API key {found.id} is {state}.", hint=_HINT)
        return found

    def user(self, token: str, collection: str | None) -> str:
        """Whom a user token names.  Raises Unauthorized.

        collection  that the call is about, which the signing key must open
        """
        read = user_token(token)
        key = self._known.keys.get(read.key_id)
        user = read.confirm(key, datetime.now(UTC))
        grants = key.grants if key else None
        if grants is None or grants.scopes.isdisjoint({"admin", "users"}):
            raise Unauthorized(
                "The user token was signed with a key that may not speak for users.",
                hint="Sign with a key of the scope users.",
            )
        if grants.collections and collection is not None and collection not in grants.collections:
            raise Unauthorized("The user token was signed with a key of another collection.")
        return user


def _secret(chosen: str) -> str:
    return f"{PREFIX}_{chosen}_{secrets.token_urlsafe(SECRET_BYTES)}"
