# SPDX-License-Identifier: EUPL-1.2
"""Where the web process listens, from the environment, and whether it can."""

import errno
import socket
from collections.abc import Mapping

from filanda.site.failures import Failure


def listening_address(env: Mapping[str, str]) -> tuple[str, int]:
    """Address and port of the web process, from ``FILANDA_BIND`` and ``FILANDA_PORT``."""
    port = whole_number(env, "FILANDA_PORT", 8000)
    if port > 65535:
        raise Failure(f"FILANDA_PORT is {port}, and a port is a number from 1 to 65535.")
    return env.get("FILANDA_BIND", "").strip() or "127.0.0.1", port


def whole_number(env: Mapping[str, str], name: str, default: int) -> int:
    """The setting ``name`` as a number from 1 up."""
    value = env.get(name, "").strip() or str(default)
    if not (value.isascii() and value.isdecimal() and int(value) > 0):
        raise Failure(f"{name} is {value!r}, and should be a whole number from 1 up.")
    return int(value)


def check_free(bind: str, port: int) -> None:
    """Raise a `Failure` if nobody could listen at this address and port now."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
            probe.listen(1)
        except PermissionError as error:
            raise Failure(
                f"This user may not listen on port {port}: choose one from 1024 up with FILANDA_PORT."
            ) from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Failure(
                    f"Port {port} on {bind} is in use by another program: stop that one, "
                    f"or choose another port, for example FILANDA_PORT={port + 1 if port < 65535 else 8000}."
                ) from error
            raise Failure(
                f"Cannot listen on {bind}, which FILANDA_BIND asks for ({error.strerror or error}): "
                f"use an address of this machine, such as 127.0.0.1."
            ) from error


def reachable(bind: str) -> str:
    """An address that reaches a server bound to ``bind`` from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104 asked for by whoever set FILANDA_BIND


def url(bind: str, port: int) -> str:
    """What to open in a browser on this machine."""
    host = reachable(bind)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
