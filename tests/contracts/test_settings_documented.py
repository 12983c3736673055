"""A setting that nobody can read about does not exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_setting_is_in_the_operations_guide():
    used = {
        name
        for file in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"LAYAN_[A-Z]+(?:_[A-Z]+)*", file.read_text(encoding="utf-8"))
    }
    documented = set(re.findall(r"`(LAYAN_[A-Z_]+)`", (ROOT / "docs/operations/settings.md").read_text()))
    assert used - documented == set()
    assert documented - used == set()
