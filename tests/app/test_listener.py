"""The socket that an installation listens on."""

import errno
import socket
from threading import Timer

import pytest

from layan.app.listener import listen


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other


def test_a_port_that_what_was_killed_still_holds_is_had_a_moment_later(taken):
    port = taken.getsockname()[1]
    Timer(0.2, taken.close).start()
    with listen("127.0.0.1", port, patience=60) as listener:
        assert listener.getsockname()[1] == port


def test_a_port_that_stays_taken_is_refused(taken):
    with pytest.raises(OSError, match="in use") as refused:
        listen("127.0.0.1", taken.getsockname()[1], patience=0)
    assert refused.value.errno == errno.EADDRINUSE
