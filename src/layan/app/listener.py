"""The socket that an installation listens on; imports nothing of Django, for the supervisor's sake."""

import errno
import socket
from time import monotonic, sleep


def listen(host: str, port: int, *, patience: float = 3.0) -> socket.socket:
    """Return a listening socket; port 0 takes a free one. Raises OSError when the address cannot be had.

    For `patience` seconds a taken port is asked for again: what was killed lets go of it a moment after it is gone.
    """
    until = monotonic() + patience
    while True:
        try:
            return _listen(host, port)
        except OSError as wrong:
            if wrong.errno != errno.EADDRINUSE or monotonic() > until:
                raise
        sleep(0.1)


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(4096)
    except OSError:
        listener.close()
        raise
    return listener
