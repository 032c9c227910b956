"""Tokens by which a shop's server says who a browser is (docs/how-to/secure.md)."""

import base64
import hashlib
import hmac
import time

from lookalike.errors import InvalidInput

EXPIRES_IN_S = 3600


def user_token(
    api_key: str, user_id: str, *, expires_in_s: int = EXPIRES_IN_S, now: float | None = None
) -> str:
    """What the page of this user gives its client as `user_token`; no request is made.

    api_key       of the scope users, which stays on the server
    expires_in_s  at most a day
    Raises InvalidInput for what is no key.
    """
    parts = api_key.split("_", 2)
    if len(parts) != 3 or parts[0] != "lk":
        raise InvalidInput(
            "A user token is signed with an API key, and this is no API key.",
            hint="Make one: lookalike keys create --name server --scope users",
        )
    expires = int((time.time() if now is None else now) + expires_in_s)
    message = f"lut.{parts[1]}.{expires}.{_text(user_id.encode())}"
    secret = hashlib.sha256(api_key.encode()).digest()
    return f"{message}.{_text(hmac.digest(secret, message.encode(), hashlib.sha256))}"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
