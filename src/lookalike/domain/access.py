"""API keys as values: what one opens, whether it still does, and who is asking.

A key is shown once, as `lk_ID_SECRET`.  The secret is 256 random bits, so its SHA-256 is all that
is kept: nobody can try that many, and a slow hash, made for words that people choose, would only
slow every request down (docs/decisions/0070).
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from typing import Literal, get_args

from lookalike.errors import InvalidInput

Scope = Literal["admin", "catalog", "recommend", "events", "users", "metrics", "storefront"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
PREFIX = "lk"
"""Every key begins with it, so that scanners of repositories and logs know one when they see it."""
MOST_PER_MINUTE = 1_000_000
MAX_NAME_LENGTH = 100
_ORIGIN = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?")
_KEY = re.compile(rf"{PREFIX}_([a-z0-9]{{6,20}})_[A-Za-z0-9_-]{{20,100}}")


@dataclass(frozen=True)
class Grants:
    """What a key opens.

    scopes       any of SCOPES; `storefront` stands alone, as such a key is public
    collections  only these; none named: all, also later ones
    origins      the pages that may use it, as browsers say it; none named: any caller
    per_minute   requests; None does not count them
    """

    scopes: frozenset[Scope]
    collections: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    per_minute: int | None = None

    def __post_init__(self) -> None:
        if not self.scopes:
            raise InvalidInput("The key has no scope.", hint=f"One of {', '.join(SCOPES)}.")
        if "storefront" in self.scopes and len(self.scopes) > 1:
            raise InvalidInput(
                "A storefront key is read by everybody who opens the page, so it has no other "
                "scope.",
                hint="Make a second key for your server.",
            )
        if "storefront" in self.scopes and not self.origins:
            raise InvalidInput(
                "A storefront key names no origin.",
                hint="Name the pages that may use it: --origin https://shop.example",
            )
        for origin in self.origins:
            if not _ORIGIN.fullmatch(origin):
                raise InvalidInput(
                    f'"{origin}" is not an origin.',
                    hint="Scheme and host, without a path or a *: https://shop.example",
                )
        if self.per_minute is not None and not 1 <= self.per_minute <= MOST_PER_MINUTE:
            raise InvalidInput(f"A key cannot have {self.per_minute} requests per minute.")


@dataclass(frozen=True)
class ApiKey:
    """A key as it is kept; `id` is what people call it by, the digests are of whole keys.

    old_digest, old_until  of the secret before the last rotation, and how long it still opens
    """

    id: str
    name: str
    grants: Grants
    digest: str = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    old_digest: str | None = field(default=None, repr=False)
    old_until: datetime | None = None

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > MAX_NAME_LENGTH or not self.name.isprintable():
            raise InvalidInput(
                f"{self.name[:40]!r} cannot be the name of a key.",
                hint="Say what it is for, in a few words: --name checkout",
            )

    def state(self, now: datetime) -> Literal["active", "expired", "revoked"]:
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"

    def digests(self, now: datetime) -> tuple[str, ...]:
        """Of the secrets that count: the newest, and the one before it while its grace lasts."""
        if self.old_digest is None or self.old_until is None or self.old_until <= now:
            return (self.digest,)
        return (self.digest, self.old_digest)

    def is_of(self, key: str, now: datetime) -> bool:
        """Whether this is the key; the comparison takes as long wherever they differ."""
        shown = digest(key)
        return any(hmac.compare_digest(shown, one) for one in self.digests(now))


@dataclass(frozen=True)
class Caller:
    """Who asks.

    key      None: nobody that is known
    user     the user whom a signed token names, which a storefront key brings along
    is_open  the service asks nobody who they are
    """

    key: ApiKey | None = None
    user: str | None = None
    is_open: bool = False

    @property
    def is_browser(self) -> bool:
        """Whether the key is public, so that its bearer may be anybody."""
        return self.key is not None and "storefront" in self.key.grants.scopes

    @property
    def is_limited(self) -> bool:
        """Whether there are collections that the caller may not see."""
        return not self.is_open and (self.key is None or bool(self.key.grants.collections))

    def has(self, scopes: Iterable[Scope]) -> bool:
        """Whether the caller has one of these scopes; `admin` has all but that of browsers."""
        if self.is_open:
            return True
        mine = self.key.grants.scopes if self.key else frozenset[Scope]()
        return "admin" in mine or not mine.isdisjoint(scopes)

    def sees(self, collection: str) -> bool:
        if not self.is_limited:
            return True
        return self.key is not None and collection in self.key.grants.collections

    def speaks_for(self, user_id: str | None) -> bool:
        """Whether what is known of this user may be used: a browser must bring their token."""
        return user_id is None or not self.is_browser or user_id == self.user


@dataclass(frozen=True)
class Sender:
    """A browser that sends events: it may join no ids, and with a token speaks for one user."""

    user: str | None = None


def digest(key: str) -> str:
    """The SHA-256 of a whole key, as it is kept."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def key_id(key: str) -> str | None:
    """The id in a key; None for what is no key at all."""
    match = _KEY.fullmatch(key)
    return match[1] if match else None


def scopes_of(names: Iterable[str]) -> frozenset[Scope]:
    """Raises InvalidInput for a scope that there is not."""
    known = {str(one): one for one in SCOPES}
    given = list(names)
    for name in given:
        if name not in known:
            near = get_close_matches(name, SCOPES, n=1)
            hint = f'Did you mean "{near[0]}"?' if near else f"There are {', '.join(SCOPES)}."
            raise InvalidInput(f'"{name}" is not a scope.', hint=hint)
    return frozenset(known[name] for name in given)


def origin_of(text: str) -> str:
    """An origin as browsers write it: lower case, without a slash at its end or a usual port."""
    found = text.strip().lower().rstrip("/")
    for scheme, port in (("http", "80"), ("https", "443")):
        if found.startswith(f"{scheme}://"):
            found = found.removesuffix(f":{port}")
    return found
