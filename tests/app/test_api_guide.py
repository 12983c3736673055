"""The commands of docs/api.md are run as they stand, against a demonstration office."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.command import environment, layan

pytestmark = pytest.mark.processes

GUIDE = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")
#: A command of the guide: an indented line, with those that it continues on.
COMMANDS = re.findall(r"^    ((?:export|curl) (?:.*\\\n)*.*)$", GUIDE, re.MULTILINE)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a demonstration office, and the folder where its tokens are."""
    folder = tmp_path_factory.mktemp("guide")
    tokens = folder / "tokens.json"
    demo = subprocess.Popen(
        layan("demo", "--no-traffic", "--port", "0", "--tokens", str(tokens), data=folder / "data"),
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    try:
        said = next(line for line in demo.stdout if "is open at" in line)
        yield said.split()[-1], folder
    finally:
        demo.terminate()
        demo.communicate(timeout=30)


def test_every_command_of_the_guide_works(office):
    address, folder = office
    script = "\n".join(
        command if command.startswith("export") else f"{command} --silent --show-error --max-time 3; echo"
        for command in COMMANDS
        if not command.startswith("export LAYAN=")
    )
    done = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "LAYAN": address},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    answers = done.stdout
    assert '"code":"SENTOSA"' in answers
    assert '"number":"AK001","state":"waiting"' in answers
    assert '"session":{"state":"open"' in answers
    assert '"number":"AK001","state":"called"' in answers
    assert '"code":"unknown-service","detail":"This branch does not offer that service."' in answers
    assert answers.count("event: heartbeat") == len([line for line in COMMANDS if "/stream/" in line])
    assert "id: 3\nevent: counter.opened" in answers, "the stream takes up where it was left"
    assert not re.search(r'"status":(4(?!22)|5)', answers)
    assert not re.search("curl: (?!.*timed out)", done.stderr), done.stderr
