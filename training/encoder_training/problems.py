"""The one error this package raises on purpose."""


class TrainingError(Exception):
    """The caller can put this right: the message says what happened, the hint what to do."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".rstrip())
        self.message = message
        self.hint = hint
