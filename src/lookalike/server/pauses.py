"""What keeps one long computation from holding up many short answers (decision 0091).

Python runs one thread at a time.  A thread that computes gives way every 5 ms, and an answer gives
way a dozen times, at every call of NumPy or SQLite that lets go of the lock; beside one such thread
it waits as often.  The collector of cycles looks at every object that there is, with all threads
standing still, and most of them are modules and routes that live as long as the process.

Memory that threads let go of stays in heaps of their own, eight for each core, where glibc is the
allocator; as one thread runs at a time, two heaps are as quick.
"""

import contextlib
import ctypes
import gc
import sys
import threading

from lookalike.engine import Engine
from lookalike.errors import LookalikeError

GIVE_WAY_S = 0.001
YOUNG = 10_000  # objects made before the youngest are looked at; Python's own 700 is for scripts
_ARENA_MAX, _HEAPS = -8, 2  # of <malloc.h>


def keep_pauses_short(engine: Engine) -> threading.Thread:
    """Open every collection, and from then on leave out of the collector's rounds what is there."""
    sys.setswitchinterval(GIVE_WAY_S)
    gc.set_threshold(YOUNG)
    with contextlib.suppress(OSError, AttributeError):  # another allocator
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _HEAPS)

    def settle() -> None:
        with contextlib.suppress(LookalikeError):  # whoever asks is told
            engine.operations().unready()
        gc.collect()
        gc.freeze()

    thread = threading.Thread(target=settle, name="settle", daemon=True)
    thread.start()
    return thread
