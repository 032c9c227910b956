"""The JSON shapes of what operators ask."""

from typing import Literal

from pydantic import BaseModel


class ReadyBody(BaseModel):
    """The service takes requests; a problem document with status 503 says why it does not."""

    status: Literal["ready"]
