"""Runs the suite: `python -m tests` everything, `--quick` what a developer runs before each commit, `--lint` no tests."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent

LINT = {
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet", "."],
    "lint": [str(BIN / "ruff"), "check", "--quiet", "."],
    "templates": [str(BIN / "djlint"), "src", "--lint", "--quiet"],
    "architecture": [str(BIN / "lint-imports")],
    "types": [str(BIN / "mypy")],
}
PYTEST = [sys.executable, "-m", "pytest"]
QUICK = {
    "tests": [*PYTEST, "-n", "logical", "-m", "not journey and not processes and not slow"],
}
FULL = {
    "tests on SQLite": [
        *PYTEST,
        "-n",
        "logical",
        "-m",
        "not journey and not processes",
        "--cov",
        "--cov-report=",
    ],
    "tests on PostgreSQL": [*PYTEST, "-n", "logical", "--postgres", "-m", "not journey and not processes"],
    "browser journeys": [*PYTEST, "-m", "journey"],
    "real processes": [*PYTEST, "-m", "processes"],
}


def run(name: str, command: list[str]) -> bool:
    """Run one step, show its output, and say whether it passed."""
    began = monotonic()
    print(f"== {name}", flush=True)
    environment = (
        {**os.environ, "LAYAN_DATA": str(ROOT / ".venv" / "lint-data")} if name in LINT else os.environ
    )
    passed = subprocess.run(command, cwd=ROOT, env=dict(environment), check=False).returncode == 0
    print(f"== {name}: {'passed' if passed else 'FAILED'} in {monotonic() - began:.0f} s", flush=True)
    return passed


def main() -> int:
    """Return 0 when every step passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--quick", action="store_true")
    choice.add_argument("--lint", action="store_true")
    wanted = parser.parse_args()
    tests = {} if wanted.lint else QUICK if wanted.quick else FULL
    failed = [name for name, command in {**LINT, **tests}.items() if not run(name, command)]
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
