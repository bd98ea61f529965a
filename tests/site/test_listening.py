# SPDX-License-Identifier: EUPL-1.2
"""Where the web process listens."""

import socket

import pytest

from filanda.site.failures import Failure
from filanda.site.listening import check_free, listening_address, url


@pytest.fixture
def port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("given", ["http", "-1", "0", "8000.0", "٨", "70000"])
def test_port_that_is_none_is_refused(given: str) -> None:
    with pytest.raises(Failure, match="FILANDA_PORT is "):
        listening_address({"FILANDA_PORT": given})


def test_address_defaults_to_this_machine_only() -> None:
    assert listening_address({}) == ("127.0.0.1", 8000)
    assert listening_address({"FILANDA_BIND": "::", "FILANDA_PORT": "80"}) == ("::", 80)


def test_address_of_another_machine_is_refused(port: int) -> None:
    with pytest.raises(Failure, match=r"Cannot listen on 192\.0\.2\.1, which FILANDA_BIND asks for"):
        check_free("192.0.2.1", port)


def test_port_in_use_is_refused_and_a_free_one_is_not(port: int) -> None:
    check_free("127.0.0.1", port)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(Failure, match=f"Port {port} on 127.0.0.1 is in use by another program: stop that one"):
            check_free("127.0.0.1", port)


@pytest.mark.parametrize(
    ("bind", "shown"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::", "http://[::1]:80")],
)
def test_url_can_be_opened_on_this_machine(bind: str, shown: str) -> None:
    assert url(bind, 80) == shown
