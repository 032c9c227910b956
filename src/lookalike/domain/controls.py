"""Controls: what a user decides about their own tastes.  They outlive every rebuild."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from lookalike.domain.events import Event
from lookalike.errors import InvalidInput

Action = Literal["mute", "unmute", "delete", "pause", "resume", "reset"]
ACTIONS: tuple[Action, ...] = get_args(Action)
ABOUT_A_TASTE = ("mute", "unmute", "delete")


@dataclass(frozen=True)
class Control:
    """One decision of a user, kept in the order it was made.

    taste    the source that stands for the taste, for mute, unmute and delete
    sources  what the taste consisted of then: products, and events that name none
    """

    user_id: str
    action: Action
    time: datetime
    taste: str | None = None
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.action in ABOUT_A_TASTE) != (self.taste is not None):
            raise InvalidInput(
                f"{self.action} {'needs a' if self.action in ABOUT_A_TASTE else 'is not about one'}"
                " taste.",
                hint="Name the product that stands for the taste, as `users show` lists it.",
            )


@dataclass(frozen=True)
class Mute:
    """A taste: the source that stands for it, what it consisted of, since when this holds."""

    taste: str
    sources: tuple[str, ...]
    time: datetime


@dataclass(frozen=True)
class Controls:
    """What holds now, folded from the decisions in their order.

    paused     nothing is learned and nothing personal is shown
    reset_at   what happened up to then does not count
    muted      tastes that are known but not served
    deleted    what happened up to `time` with these sources does not count
    """

    paused: bool = False
    reset_at: datetime | None = None
    muted: tuple[Mute, ...] = ()
    deleted: tuple[Mute, ...] = ()

    def counts(self, event: Event) -> bool:
        """Whether an event may shape a taste."""
        if self.reset_at is not None and event.time <= self.reset_at:
            return False
        return not any(
            event.time <= one.time and source(event) in one.sources for one in self.deleted
        )


def source(event: Event) -> str:
    """What a taste remembers of an event: its product, or the event where it names none."""
    return event.product_id or event.event_id


def controls(decisions: Iterable[Control]) -> Controls:
    """The state after all decisions of one user, given in their order."""
    paused = False
    reset_at: datetime | None = None
    muted: dict[str, Mute] = {}
    deleted: list[Mute] = []
    for one in decisions:
        taste = one.taste or ""
        match one.action:
            case "pause" | "resume":
                paused = one.action == "pause"
            case "reset":
                reset_at, muted, deleted = one.time, {}, []
            case "mute":
                muted[taste] = Mute(taste, one.sources, one.time)
            case "unmute":
                muted.pop(taste, None)
            case "delete":
                muted.pop(taste, None)
                deleted.append(Mute(taste, one.sources, one.time))
    return Controls(paused, reset_at, tuple(muted.values()), tuple(deleted))
