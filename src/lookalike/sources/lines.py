"""The physical lines of a text file, with their numbers, in bounded memory."""

from collections import deque
from typing import TextIO

MAX_RECORD_CHARACTERS = 1 << 20
"""A record longer than a megabyte is a broken file, not a product."""


class RecordTooLong(Exception):
    """Internal: the record being read has passed MAX_RECORD_CHARACTERS."""


class Lines:
    """An iterator over lines that remembers those of the current record.

    `begin` starts a record; `taken` are its (number, text) so far; `put_back` returns the
    last of them to be read again.  `ended` tells that the record asked for a line past the end.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._number = 0
        self._again: deque[tuple[int, str]] = deque()
        self._size = 0
        self.taken: list[tuple[int, str]] = []
        self.ended = False

    def begin(self) -> None:
        self.taken = []
        self._size = 0
        self.ended = False

    @property
    def first(self) -> int:
        """The number of the first line of the current record."""
        return self.taken[0][0] if self.taken else self._number

    def put_back(self, start: int) -> None:
        """Return the taken lines from position `start` on."""
        self._again.extendleft(reversed(self.taken[start:]))
        del self.taken[start:]

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        if self._again:
            number, text = self._again.popleft()
        else:
            text = self._file.readline(MAX_RECORD_CHARACTERS + 1)
            if not text:
                self.ended = True
                raise StopIteration
            self._number = number = self._number + 1
            if len(text) > MAX_RECORD_CHARACTERS and text[-1] not in "\r\n":
                text = "\n"  # it is refused below: keep only its place
                self._size = MAX_RECORD_CHARACTERS
                self._drain()
        self.taken.append((number, text))
        self._size += len(text)
        if self._size > MAX_RECORD_CHARACTERS:
            raise RecordTooLong
        return text

    def _drain(self) -> None:
        while True:
            rest = self._file.readline(MAX_RECORD_CHARACTERS)
            if not rest or rest[-1] in "\r\n":
                return
