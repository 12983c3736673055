"""Checks a branch's log: every event in its place, unchanged, following from the one before; every seal kept (A3)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from layan.kit import models
from layan.kit.events.chain import link
from layan.kit.events.log import read
from layan.kit.events.seal import KEY_FILE, SealedHead, checking_key, is_signed, read_seals


@dataclass(frozen=True)
class Finding:
    """Something in the log that is not as it was written; `seq` says where."""

    seq: int
    code: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """What the check found; `events` were read and `seals` compared."""

    events: int
    seals: int
    findings: list[Finding]


def verify(
    *, branch_id: int, code: str, keys: Path, seals: Path, progress: Callable[[int], None] = lambda _: None
) -> Verdict:
    """Read a branch's whole log and every seal. `progress` is called with each event's number."""
    sealed = list(read_seals(seals, code))
    hashes: dict[int, str] = {}
    wanted = {head.seq for head, _ in sealed}
    findings: list[Finding] = []
    previous, expected = "", 0
    for line in read(branch_id):
        progress(line.seq)
        expected += 1
        if line.seq != expected:
            missing = f"{expected}" if line.seq == expected + 1 else f"{expected} to {line.seq - 1}"
            findings.append(Finding(expected, "removed", f"event {missing} is missing"))
        elif link(previous, line) != line.hash:
            findings.append(
                Finding(
                    line.seq,
                    "changed",
                    f"event {line.seq} was changed, or does not follow from {line.seq - 1}",
                )
            )
        expected, previous = line.seq, line.hash
        if line.seq in wanted:
            hashes[line.seq] = line.hash
    findings += _head(branch_id, expected, previous)
    findings += _seals(code, sealed, hashes, keys)
    findings += _lost_seals(branch_id, sealed)
    return Verdict(expected, len(sealed), findings)


def _head(branch_id: int, last: int, digest: str) -> Iterator[Finding]:
    head = models.Head.objects.filter(branch_id=branch_id).first()
    if head is None:
        if last:
            yield Finding(last, "head", "the head of the log is missing")
    elif head.seq > last:
        yield Finding(last + 1, "removed", f"the log ends at {last}, but {head.seq} events were written")
    elif (head.seq, head.hash) != (last, digest):
        yield Finding(head.seq, "head", f"the head of the log does not agree with event {last}")


def _seals(
    code: str, sealed: list[tuple[SealedHead, str]], hashes: dict[int, str], keys: Path
) -> Iterator[Finding]:
    if not sealed:
        return
    public, previous = checking_key(keys), ""
    if public is None:
        yield Finding(0, "seal", f"{keys / KEY_FILE} is missing, so no seal can be checked: bring it back")
        return
    for head, signature in sealed:
        if not is_signed(public, replace(head, branch=code, previous=previous), signature):
            yield Finding(head.seq, "seal", f"the seal of {head.day} was not made by this installation's key")
        elif hashes.get(head.seq) != head.hash:
            yield Finding(
                head.seq, "rewritten", f"the log up to event {head.seq} is not the one sealed on {head.day}"
            )
        previous = signature


def _lost_seals(branch_id: int, sealed: list[tuple[SealedHead, str]]) -> Iterator[Finding]:
    """Compare the seals in the database with those in the file: what is not the same in both was changed in one."""
    in_file = {head.day: (head.seq, head.hash, signature) for head, signature in sealed}
    in_table = {
        seal.day: (seal.seq, seal.hash, seal.signature)
        for seal in models.Seal.objects.filter(branch_id=branch_id)
    }
    for day in sorted(in_table.keys() | in_file.keys()):
        if day not in in_file:
            yield Finding(in_table[day][0], "seal", f"the seal of {day} is missing from the file")
        elif day not in in_table:
            yield Finding(in_file[day][0], "seal", f"the seal of {day} is missing from the database")
        elif in_table[day] != in_file[day]:
            yield Finding(
                in_file[day][0], "seal", f"the seal of {day} in the database is not the one in the file"
            )
