"""Tokens that say "this browser is that user", signed by the shop's own server.

`lut.KEY_ID.EXPIRES.USER.SIGNATURE`: EXPIRES in seconds of Unix time, USER and SIGNATURE in
base64url without padding.  The signature is HMAC-SHA256 over all that stands before it; its key is
the SHA-256 of the API key that signs, which the shop has and the service keeps.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from lookalike.domain.access import ApiKey
from lookalike.errors import Unauthorized

LONGEST_S = 86_400
"""A token is for one visit: what a page needs longer, its server signs again."""
_HINT = "Sign a new one on the shop's server: lookalike.client.user_token(KEY, USER)."


@dataclass(frozen=True)
class UserToken:
    """A token that was read, not yet believed."""

    key_id: str
    user_id: str
    expires: int
    message: bytes
    signature: bytes

    def confirm(self, key: ApiKey | None, now: datetime) -> str:
        """The user's id, if this key signed it and both still count.  Raises Unauthorized."""
        if key is None or key.state(now) != "active":
            raise Unauthorized(
                "The user token was signed with a key that is not known.", hint=_HINT
            )
        secrets = map(bytes.fromhex, key.digests(now))
        right = [hmac.digest(secret, self.message, hashlib.sha256) for secret in secrets]
        if not any(hmac.compare_digest(one, self.signature) for one in right):
            raise Unauthorized("The signature of the user token is wrong.", hint=_HINT)
        left = self.expires - now.timestamp()
        if left <= 0:
            raise Unauthorized("The user token has expired.", hint=_HINT)
        if left > LONGEST_S:
            raise Unauthorized(
                "The user token is valid for more than a day.", hint="Let it expire sooner."
            )
        return self.user_id


def user_token(text: str) -> UserToken:
    """Raises Unauthorized for what is none."""
    parts = text.split(".")
    try:
        mark, key_id, expires, user, signature = parts
        if mark != "lut" or not expires.isascii() or not expires.isdecimal() or len(expires) > 12:
            raise ValueError(mark)
        return UserToken(
            key_id,
            _decoded(user).decode(),
            int(expires),
            ".".join(parts[:4]).encode(),
            _decoded(signature),
        )
    except (ValueError, binascii.Error):
        raise Unauthorized("The header Lookalike-User holds no user token.", hint=_HINT) from None


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
