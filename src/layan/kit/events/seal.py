"""Seals: the head of a branch's log, signed at the close of each service day.

The signing key (Ed25519) and the seals' own file lie outside the database and travel with backups, so that a log whose
whole chain was worked out anew still shows: its hashes are not the sealed ones, and without the key no one can seal
again. Each seal signs the one before it, so that none can be left out.
"""

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from layan.kit.private import write_private

KEY_FILE = "seal.key"


@dataclass(frozen=True)
class SealedHead:
    """What is signed: at the close of `day` the branch's log ended with event `seq`, whose hash was `hash`."""

    branch: str
    day: date
    seq: int
    hash: str
    previous: str

    def text(self) -> bytes:
        """Return what is signed."""
        return orjson.dumps(
            [self.branch, self.day.isoformat(), self.seq, self.hash, self.previous],
            option=orjson.OPT_SORT_KEYS,
        )


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """Return the installation's signing key from `folder`/seal.key, made on first use."""
    file = folder / KEY_FILE
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(file, Ed25519PrivateKey.generate().private_bytes_raw())
    return Ed25519PrivateKey.from_private_bytes(file.read_bytes())


def checking_key(folder: Path) -> Ed25519PublicKey | None:
    """Return the key that checks the installation's seals, None when its file is not there: none is made for that."""
    return signing_key(folder).public_key() if (folder / KEY_FILE).exists() else None


def sign(key: Ed25519PrivateKey, head: SealedHead) -> str:
    """Return the signature of a head, base64."""
    return base64.b64encode(key.sign(head.text())).decode()


def is_signed(key: Ed25519PublicKey, head: SealedHead, signature: str) -> bool:
    """Say whether `signature` is the key's own over this head."""
    try:
        key.verify(base64.b64decode(signature), head.text())
    except (InvalidSignature, ValueError):
        return False
    return True


def seal_file(folder: Path, branch: str) -> Path:
    """Return the file that holds a branch's seals."""
    return folder / f"{branch}.jsonl"


def write_seal(folder: Path, head: SealedHead, signature: str) -> None:
    """Append a seal to the branch's file, on disk before it returns.

    A line torn by a power cut is dropped. A seal that is there already is not written again: the process may have
    been ended between the file and the database.
    """
    folder.mkdir(parents=True, exist_ok=True)
    line = orjson.dumps(
        {
            "branch": head.branch,
            "day": head.day.isoformat(),
            "seq": head.seq,
            "hash": head.hash,
            "previous": head.previous,
            "signature": signature,
        }
    )
    with seal_file(folder, head.branch).open("ab+") as file:
        file.seek(0)
        kept = file.read()
        whole = kept[: kept.rfind(b"\n") + 1]
        if whole.splitlines()[-1:] == [line]:
            return
        file.truncate(len(whole))
        file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_seals(folder: Path, branch: str) -> Iterator[tuple[SealedHead, str]]:
    """Yield the seals in a branch's file. A line that is not a seal gives one with no signature."""
    file = seal_file(folder, branch)
    if not file.exists():
        return
    for line in file.read_bytes().splitlines():
        try:
            values = orjson.loads(line)
            head = SealedHead(
                values["branch"],
                date.fromisoformat(values["day"]),
                int(values["seq"]),
                values["hash"],
                values["previous"],
            )
            yield head, str(values["signature"])
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            yield SealedHead(branch, date.min, 0, "", ""), ""
