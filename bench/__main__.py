"""Runs every benchmark, one after the other; each prints both sides of its comparison."""

import importlib
import pkgutil
import sys
from pathlib import Path


def main() -> int:
    """Run `bench.<name>` for each package beside this file."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.ispkg:
            print(f"\n== {module.name}", flush=True)
            importlib.import_module(f"bench.{module.name}.__main__").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
