"""The JSON shapes of API keys."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from lookalike.domain.access import MAX_NAME_LENGTH, MOST_PER_MINUTE, Scope


class KeyInput(BaseModel):
    """A key to make; lists that are empty limit nothing."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=MAX_NAME_LENGTH, description="What it is for.")
    scopes: list[Scope]
    collections: list[str] = []
    origins: list[str] = Field(default=[], examples=[["https://shop.example"]])
    per_minute: int | None = Field(default=None, ge=1, le=MOST_PER_MINUTE)
    expires_in_days: float | None = Field(default=None, gt=0, le=36_500)


class RotateInput(BaseModel):
    """How long the present secret still opens."""

    model_config = ConfigDict(extra="forbid", strict=True)

    grace_hours: float = Field(default=24, ge=0, le=8_760)


class KeyBody(BaseModel):
    """A key as people may see it."""

    key_id: str
    name: str
    state: Literal["active", "expired", "revoked"]
    scopes: list[str]
    collections: list[str]
    origins: list[str]
    per_minute: int | None
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    old_secret_until: str | None


class NewKeyBody(KeyBody):
    """A key that was just made or rotated: nobody can read its `secret` again."""

    secret: str


class KeysBody(BaseModel):
    """All keys, oldest first."""

    keys: list[KeyBody]
