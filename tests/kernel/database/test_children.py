# SPDX-License-Identifier: EUPL-1.2
"""Children that are not lost by a Ctrl-C, and hear one themselves."""

import os
import signal
import subprocess
import sys

from filanda.kernel.database.children import held_back, tied_to_this_process


def test_a_child_is_noted_before_ctrl_c_is_heard() -> None:
    waits = [sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(60)"]
    child = None
    interrupted = False
    interrupted = False
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests may have it ignored
    try:
        with held_back():
            os.kill(os.getpid(), signal.SIGINT)
            child = subprocess.Popen(waits, stdout=subprocess.PIPE, preexec_fn=tied_to_this_process(signal.SIGTERM))
    except KeyboardInterrupt:
        interrupted = True
    finally:
        signal.signal(signal.SIGINT, before)
    assert interrupted
    assert child is not None
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"begun\n"
        child.terminate()  # which is not held back in the child
        assert child.wait(timeout=30) == -signal.SIGTERM


def test_what_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with held_back():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
