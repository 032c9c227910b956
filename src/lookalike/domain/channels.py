"""Channels: the named parts of a feature row, laid end to end."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lookalike.domain.arrays import Floats, Integers
from lookalike.errors import InvalidInput

CHANNELS = ("look", "color", "pattern", "style", "material", "type", "shape")
"""Every channel the product knows, in the order in which they lie in a row."""


@dataclass(frozen=True)
class Channel:
    """A named part of the row; the inner product of one channel is its similarity."""

    name: str
    size: int

    def __post_init__(self) -> None:
        if self.name not in CHANNELS:
            raise InvalidInput(
                f'"{self.name}" is not a channel.', hint=f"The channels are {', '.join(CHANNELS)}."
            )
        if self.size < 1:
            raise InvalidInput(f"The channel {self.name} has size {self.size}; it must be >= 1.")


@dataclass(frozen=True)
class Layout:
    """Which channels a row holds and where each one lies.

    >>> layout = Layout((Channel("look", 3), Channel("color", 2)))
    >>> layout.width, layout.part("color")
    (5, slice(3, 5, None))
    """

    channels: tuple[Channel, ...]

    def __post_init__(self) -> None:
        names = [channel.name for channel in self.channels]
        if not names or len(set(names)) != len(names):
            raise InvalidInput(f"A layout needs channels with different names, not {names}.")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(channel.name for channel in self.channels)

    @cached_property
    def starts(self) -> Integers:
        """(channels,) the first column of every channel, for `np.add.reduceat`."""
        return np.cumsum([0, *(channel.size for channel in self.channels[:-1])], dtype=np.int64)

    @cached_property
    def width(self) -> int:
        return sum(channel.size for channel in self.channels)

    def part(self, name: str) -> slice:
        """The columns of one channel.  Raises InvalidInput for a channel that is not here."""
        try:
            number = self.names.index(name)
        except ValueError:
            raise InvalidInput(
                f'"{name}" is not a channel of this index.',
                hint=f"It holds {', '.join(self.names)}.",
            ) from None
        start = int(self.starts[number])
        return slice(start, start + self.channels[number].size)

    def row(self, parts: Mapping[str, Floats]) -> Floats:
        """Lay the parts end to end: (width,) float32.  A channel without a part is zero."""
        row = np.zeros(self.width, dtype=np.float32)
        for name, values in parts.items():
            row[self.part(name)] = values
        return row

    def split(self, row: Floats) -> dict[str, Floats]:
        """The reverse of `row`: channel name -> its part of a (width,) row."""
        return {name: row[self.part(name)] for name in self.names}
