"""Writes docs/refusals.md from src/layan/app/api/refusals.toml; `--check` only says whether it is up to date."""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "layan" / "app" / "api" / "refusals.toml"
TARGET = ROOT / "docs" / "refusals.md"
HEAD = """# Refusals

When something is not done, the answer says why with a stable code. A page shows the words; the API answers
`application/problem+json` (RFC 9457) with `code`, `detail` in the language asked for, and the facts named below as further
members. Nothing was changed, unless the status is 500. This table is also at `/api/v1/problems` of every installation.

| code | status | meaning | what to do |
|---|---|---|---|
"""


def page() -> str:
    """Return the page."""
    table = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    rows = (f"| `{code}` | {row['status']} | {row['means']} | {row['do']} |" for code, row in table.items())
    return HEAD + "\n".join(rows) + "\n"


def main() -> int:
    """Return 0 when the page is, or now is, up to date."""
    if "--check" in sys.argv:
        return 0 if TARGET.exists() and TARGET.read_text(encoding="utf-8") == page() else 1
    TARGET.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
