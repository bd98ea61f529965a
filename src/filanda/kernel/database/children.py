# SPDX-License-Identifier: EUPL-1.2
"""Child processes that never outlive their parent, even one that is killed with SIGKILL."""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_ASKING_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(signum: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send ``signum`` to this process when the thread that started it ends (Linux; else nothing).

    The *thread*: whoever starts such a child does so from a thread that lives as long as the child should.
    """
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(signum), 0, 0, 0)


@contextmanager
def held_back() -> Iterator[None]:
    """What asks this process to stop is heard when the block ends.

    For the moments in which a child runs already and nobody has noted it yet: an exception raised by a signal
    handler there would lose it. Handlers run in the main thread alone: in another nothing has to be done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    handlers = {one: signal.getsignal(one) for one in _ASKING_TO_STOP}
    held = {one: handler for one, handler in handlers.items() if handler not in (signal.SIG_IGN, None)}
    try:
        for one in held:
            signal.signal(one, lambda signum, _frame: heard.append(signum))
        yield
    finally:
        for one, handler in held.items():
            signal.signal(one, handler)
        for signum in heard:
            signal.raise_signal(signum)


def tied_to_this_process(signum: signal.Signals) -> Callable[[], None]:
    """A ``preexec_fn`` for `subprocess.Popen`: the child gets ``signum`` when this process ends.

    It also gives the child the signals of a fresh process: a shell's background job has SIGINT ignored, and
    an ignored signal would be inherited.
    """
    parent = os.getpid()

    def before_exec() -> None:
        for inherited in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(inherited, signal.SIG_DFL)
        die_with_parent(signum)
        if os.getppid() != parent:  # it ended between the fork and the request above
            os._exit(1)

    return before_exec
