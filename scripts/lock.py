"""Renews requirements.lock and requirements-dev.lock from pyproject.toml, with hashes and without index addresses."""

import subprocess
import sys
import tempfile
from pathlib import Path

OPTIONS = [
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-annotate",
    "--no-header",
    "--universal",
    "--python-version",
    "3.11",
    "--quiet",
    "--upgrade",
]


def main() -> None:
    """Resolve with uv, installed into a throw-away environment."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "uv"], check=True)
        for output, extra in (
            ("requirements.lock", ["--group", "build"]),
            ("requirements-dev.lock", ["--group", "build", "--group", "dev"]),
        ):
            command = [python, "-m", "uv", "pip", "compile", "pyproject.toml", *OPTIONS, *extra, "-o", output]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
