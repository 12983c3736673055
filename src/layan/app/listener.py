"""The socket that an installation listens on; imports nothing of Django, for the supervisor's sake."""

import socket


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises OSError when the address cannot be had; port 0 takes a free one."""
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
