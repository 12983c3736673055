"""The `layan` command as a process of its own, on an installation of its own."""

import os
import subprocess
import sys
from pathlib import Path


def layan(*words: str, data: Path) -> list[str]:
    """Return the command line for an installation."""
    return [sys.executable, "-m", "layan.app.cli", *words, "--data", str(data)]


def environment(**changes: str) -> dict[str, str]:
    """Return this environment without any setting of Layan but those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LAYAN_")}
    return {**inherited, "PYTHONUNBUFFERED": "1", **changes}


def run(*words: str, data: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with nobody at the keyboard; it must not end with a traceback."""
    done = subprocess.run(
        layan(*words, data=data),
        env=environment(**changes),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done
