"""Eight clients in a process of their own, each with one kept-alive connection, as plain as can be.

    python -m bench.api.clients PORT TOKEN SECONDS issue|next COUNTER,COUNTER,...

Prints as JSON: operations, seconds, the latencies' 50th and 99th percentile in ms, and answers that were not 2xx.
"""

import json
import socket
import sys
from itertools import cycle
from threading import Barrier, Thread
from time import perf_counter

CLIENTS = 8
SERVICES = ("PASSPORT", "LICENCE", "TAX")


class Client(Thread):
    """Sends one request after the other."""

    def __init__(self, port: int, requests: list[bytes], seconds: float, ready: Barrier) -> None:
        super().__init__(daemon=True)
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests, self.seconds, self.ready = requests, seconds, ready
        self.latencies: list[float] = []
        self.failures: dict[str, int] = {}

    def run(self) -> None:
        self.ready.wait()
        end = perf_counter() + self.seconds
        for request in cycle(self.requests):
            began = perf_counter()
            if began > end:
                return
            self.connection.sendall(request)
            status = self._answer()
            self.latencies.append(perf_counter() - began)
            if not status.startswith("2"):
                self.failures[status] = self.failures.get(status, 0) + 1

    def _answer(self) -> str:
        """Read one whole answer and return its status."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.connection.recv(65536)
            if not more:
                raise ConnectionError("the server closed the connection")
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line[15:])
        while len(body) < length:
            body += self.connection.recv(65536)
        return head[9:12].decode()


def request(path: str, token: str, body: bytes) -> bytes:
    """Return the bytes of a POST."""
    return (
        f"POST /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def main() -> None:
    """Run the clients and print what they saw."""
    port, token, seconds, what, counters = sys.argv[1:]
    ready = Barrier(CLIENTS)
    clients = []
    for number, counter in zip(range(CLIENTS), cycle(counters.split(","))):
        if what == "issue":
            bodies = [json.dumps({"branch": "HTTP", "services": [code]}).encode() for code in SERVICES]
            requests = [
                request("/tickets", token, body) for body in bodies[number % 3 :] + bodies[: number % 3]
            ]
        else:
            requests = [request(f"/counters/{counter}/next", token, b"")]
        clients.append(Client(int(port), requests, float(seconds), ready))
    began = perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    took = perf_counter() - began
    latencies = sorted(latency for client in clients for latency in client.latencies)
    failures: dict[str, int] = {}
    for client in clients:
        for status, count in client.failures.items():
            failures[status] = failures.get(status, 0) + count
    print(
        json.dumps(
            {
                "operations": len(latencies),
                "seconds": took,
                "p50": latencies[len(latencies) // 2] * 1000,
                "p99": latencies[len(latencies) * 99 // 100] * 1000,
                "failures": failures,
            }
        )
    )


if __name__ == "__main__":
    main()
