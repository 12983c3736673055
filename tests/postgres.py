"""A private PostgreSQL cluster for one test run: made by initdb on a free port, gone afterwards.

PostgreSQL refuses to run as root, so a run by root hands the cluster to an unprivileged user.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

ACCOUNT = "postgres"


def programs() -> Path:
    """Return the folder of initdb and pg_ctl. Raises RuntimeError naming the Debian package when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        on_path = shutil.which("initdb")
        if on_path is None:
            raise RuntimeError("PostgreSQL is missing: apt-get install postgresql")
        return Path(on_path).parent
    return found[-1].parent


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def cluster(*, settings: tuple[str, ...] = ()) -> Iterator[str]:
    """Start a cluster and yield its address, `postgresql://layan@127.0.0.1:PORT/postgres`."""
    folder = Path(tempfile.mkdtemp(prefix="layan-postgres-"))
    as_account: list[str] = []
    if os.geteuid() == 0:
        account = pwd.getpwnam(ACCOUNT)
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_account = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    port, data, binaries = free_port(), folder / "data", programs()

    def run(*command: str) -> None:
        done = subprocess.run(
            [*as_account, *command], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stderr or done.stdout}")

    run(
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        "layan",
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    )
    options = " ".join(
        f"-c {each}"
        for each in ("listen_addresses=127.0.0.1", f"port={port}", "max_connections=200", *settings)
    )
    start = [f"-o {options} -c unix_socket_directories={folder}", "-l", str(folder / "log"), "-w", "start"]
    run(str(binaries / "pg_ctl"), "-D", str(data), *start)
    try:
        yield f"postgresql://layan@127.0.0.1:{port}/postgres"
    finally:
        run(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
