# SPDX-License-Identifier: EUPL-1.2
"""The web process: granian serving the WSGI application. Run by `site.serve` as ``python -m filanda.site.web``.

The main process holds the socket and loads no Django; its workers, forked from it, load the application.

FILANDA_BIND           address to listen at (default 127.0.0.1)
FILANDA_PORT           port (default 8000)
FILANDA_WEB_PROCESSES  worker processes (default 1)
FILANDA_WEB_THREADS    requests that one worker handles at once (default: twice the cores and one, at most 8);
                       each may hold a database connection
"""

import os
import signal
from collections.abc import Callable
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from filanda.kernel.database.children import die_with_parent
from filanda.site.listening import listening_address, whole_number

_main = os.getpid()


def application() -> Callable[..., Any]:
    """The WSGI application; called once in each worker, which from then on cannot outlive the main process."""
    die_with_parent(signal.SIGTERM)
    if os.getppid() != _main:
        os._exit(1)
    # Loading takes seconds on a busy machine, and nothing is served yet: whoever asks to stop is not kept waiting.
    later = signal.signal(signal.SIGTERM, lambda _number, _frame: os._exit(0))
    try:
        from filanda.site.wsgi import application as wsgi_application
    finally:
        signal.signal(signal.SIGTERM, later)
    return wsgi_application


def main() -> None:
    """Serve until SIGINT or SIGTERM; requests that run are finished first, for at most five seconds."""
    bind, port = listening_address(os.environ)
    Granian(
        "filanda.site.wsgi:application",
        address=bind,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=whole_number(os.environ, "FILANDA_WEB_PROCESSES", 1),
        blocking_threads=whole_number(os.environ, "FILANDA_WEB_THREADS", min(8, 2 * (os.cpu_count() or 1) + 1)),
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_level=LogLevels.error,
        process_name=None,
    ).serve(target_loader=application, wrap_loader=False)


if __name__ == "__main__":
    main()
