"""Extracts every translatable text into src/layan/locale and compiles the catalogues (needs Debian's gettext).

Texts are English in the source. `ms` is complete; `zh_Hans` and `ta` hold all that customers see or hear.
`--check` changes nothing and fails when the catalogues are not what the source says.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "layan"
LANGUAGES = ("ms", "zh_Hans", "ta")


def extract(package: Path) -> None:
    """Bring the catalogues of `package` up to date with its texts and compile them."""
    if shutil.which("xgettext") is None:
        sys.exit("gettext is missing: apt-get install gettext")
    with tempfile.TemporaryDirectory() as data:
        environment = {**os.environ, "LAYAN_DATA": data, "DJANGO_SETTINGS_MODULE": "layan.app.settings"}
        command = [
            sys.executable,
            "-m",
            "django",
            "makemessages",
            "--no-wrap",
            "--add-location=file",
            "--no-obsolete",
        ]
        for language in LANGUAGES:
            command += ["--locale", language]
        subprocess.run(command, cwd=package, env=environment, check=True, stdout=subprocess.DEVNULL)
    for language in LANGUAGES:
        catalogue = package / "locale" / language / "LC_MESSAGES" / "django.po"
        lines = catalogue.read_text(encoding="utf-8").splitlines(keepends=True)
        # The moment of extraction would make every run a change.
        catalogue.write_text(
            "".join(line for line in lines if "POT-Creation-Date" not in line), encoding="utf-8"
        )
        subprocess.run(
            ["msgfmt", "--check-format", "-o", catalogue.with_suffix(".mo"), catalogue], check=True
        )


def up_to_date() -> bool:
    """Say whether the catalogues are what the source says, working on a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "layan"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        extract(copy)
        return all(
            (copy / file).read_bytes() == (PACKAGE / file).read_bytes()
            for language in LANGUAGES
            for file in (
                f"locale/{language}/LC_MESSAGES/django.po",
                f"locale/{language}/LC_MESSAGES/django.mo",
            )
        )


def main() -> None:
    """Extract and compile, or with `--check` only compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        extract(PACKAGE)
    elif not up_to_date():
        sys.exit("The catalogues are not up to date: run make messages and translate what is new.")


if __name__ == "__main__":
    main()
