"""Whatever is done to a log behind Layan's back is found and named (A3)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layan.kit import models as kit
from layan.kit.events import read
from layan.kit.events.chain import link
from layan.kit.events.seal import (
    KEY_FILE,
    SealedHead,
    read_seals,
    seal_file,
    sign,
    signing_key,
    write_seal,
)
from layan.kit.events.sealing import seal_past_days, unsealed_since
from layan.kit.events.verify import Finding, verify
from tests.builders import a_branch, a_ticket

pytestmark = pytest.mark.django_db
#: Nine in the morning of Monday 2 March 2026 in Kuala Lumpur.
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
ZONE = "Asia/Kuala_Lumpur"


class Log:
    """A branch's log with its seals outside the database, and somebody who changes it behind Layan's back."""

    def __init__(self, folder: Path) -> None:
        self.here = a_branch()
        self.keys, self.seals = folder / "keys", folder / "seals"

    @property
    def events(self):
        return kit.Event.objects.filter(branch_id=self.here.id)

    def verify(self, **values) -> list[tuple[int, str]]:
        return [(finding.seq, finding.code) for finding in self.findings(**values)]

    def findings(self, **values) -> list[Finding]:
        return verify(
            branch_id=self.here.id, code=self.here.code, keys=self.keys, seals=self.seals, **values
        ).findings

    def seal(self, today: date) -> list[date]:
        return seal_past_days(
            branch_id=self.here.id,
            code=self.here.code,
            today=today,
            zone=ZONE,
            keys=self.keys,
            seals=self.seals,
        )

    def rewrite(self) -> None:
        """Work out every hash anew from the events as they now are, and the head with them."""
        previous, seq = "", 0
        for line in list(read(self.here.id)):
            previous, seq = link(previous, line), line.seq
            self.events.filter(seq=seq).update(hash=previous)
        kit.Head.objects.filter(branch_id=self.here.id).update(hash=previous, seq=seq)


@pytest.fixture
def log(tmp_path) -> Log:
    """A log of three days with four numbers each, the first two days sealed."""
    with time_machine.travel(NINE - timedelta(minutes=1), tick=False) as clock:
        log = Log(tmp_path)
        clock.move_to(NINE)
        for day in range(3):
            clock.move_to(NINE + timedelta(days=day))
            for _ in range(4):
                a_ticket(log.here)
    log.seal(MONDAY + timedelta(days=2))
    return log


def test_a_log_as_it_was_written_verifies(log):
    seen: list[int] = []
    assert log.findings(progress=seen.append) == []
    assert seen == list(range(1, 14))
    verdict = verify(branch_id=log.here.id, code=log.here.code, keys=log.keys, seals=log.seals)
    assert (verdict.events, verdict.seals) == (13, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"payload": '{"number":"A009"}'},
        {"at": NINE},
        {"actor": "user:1"},
        {"type": "ticket.called"},
        {"zone_id": 1},
        {"hash": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("seq", [1, 8, 13])
def test_a_changed_event_is_named(log, change, seq):
    log.events.filter(seq=seq).update(**change)
    assert (seq, "changed") in log.verify()


def test_a_changed_payload_names_that_event_alone(log):
    log.events.filter(seq=7).update(payload="{}")
    [finding] = log.findings()
    assert finding == Finding(7, "changed", "event 7 was changed, or does not follow from 6")


@pytest.mark.parametrize(
    ("gone", "found"),
    [
        ([1], [(1, "removed")]),
        ([7], [(7, "removed")]),
        ([7, 8], [(7, "removed")]),
        ([3, 7], [(3, "removed"), (7, "removed")]),
        ([13], [(13, "removed")]),
        ([12, 13], [(12, "removed")]),
    ],
)
def test_a_removed_event_is_named(log, gone, found):
    log.events.filter(seq__in=gone).delete()
    assert log.verify() == found


def test_removed_events_are_named_as_a_range(log):
    log.events.filter(seq__in=[7, 8]).delete()
    assert [finding.text for finding in log.findings()] == ["event 7 to 8 is missing"]


def test_a_removed_event_whose_place_was_filled_is_found(log):
    log.events.filter(seq=13).delete()
    log.events.filter(seq=12).update(seq=13)
    assert (12, "removed") in log.verify()
    log.events.filter(seq=13).update(seq=12)
    kit.Head.objects.update(seq=12)
    assert log.verify() == [(12, "head")]


def test_two_events_that_changed_places_are_named(log):
    for old, new in ((3, 99), (4, 3), (99, 4)):
        log.events.filter(seq=old).update(seq=new)
    assert {(3, "changed"), (4, "changed")} <= set(log.verify())


@pytest.mark.parametrize("digest", ["0" * 64, ""])
def test_an_event_put_at_the_end_with_a_wrong_hash_is_named(log, digest):
    last = log.events.get(seq=13)
    kit.Event.objects.create(
        branch_id=log.here.id,
        seq=14,
        at=last.at,
        actor=last.actor,
        type=last.type,
        payload=last.payload,
        hash=digest,
    )
    found = log.verify()
    assert (14, "changed") in found
    assert (13, "head") in found


def test_an_event_put_at_the_end_with_its_right_hash_does_not_agree_with_the_head(log):
    line = replace(list(read(log.here.id))[-1], seq=14)
    digest = link(log.events.get(seq=13).hash, line)
    kit.Event.objects.create(
        branch_id=log.here.id,
        seq=14,
        at=line.at,
        actor=line.actor,
        type=line.type,
        payload=line.payload,
        hash=digest,
    )
    assert log.verify() == [(13, "head")]


def test_a_log_without_its_head_is_found(log):
    kit.Head.objects.all().delete()
    assert log.verify() == [(13, "head")]


def test_a_branch_without_a_log_has_nothing_wrong(db, tmp_path):
    verdict = verify(branch_id=10**9, code="NONE", keys=tmp_path, seals=tmp_path)
    assert (verdict.events, verdict.findings) == (0, [])
    assert not (tmp_path / "seal.key").exists()


class TestSeals:
    """A chain worked out anew as a whole is consistent in itself; the seals outside the database show it."""

    @pytest.mark.parametrize(("seq", "days"), [(3, [5, 9]), (7, [9])])
    def test_a_rewritten_chain_is_found_by_every_seal_after_the_change(self, log, seq, days):
        log.events.filter(seq=seq).update(payload='{"number":"A009"}')
        log.rewrite()
        assert log.verify() == [(day, "rewritten") for day in days]

    def test_what_is_rewritten_after_the_last_seal_is_found_at_the_next_only(self, log):
        """The limit of sealing once a day, said openly."""
        log.events.filter(seq=12).update(payload="{}")
        log.rewrite()
        assert log.verify() == []

    def test_a_log_cut_short_with_its_head_is_found(self, log):
        log.events.filter(seq__gt=6).delete()
        log.rewrite()
        assert log.verify() == [(9, "rewritten")]

    def test_a_seal_made_with_another_key_is_found(self, log):
        log.events.filter(seq=3).update(payload="{}")
        log.rewrite()
        stranger = Ed25519PrivateKey.generate()
        kept = list(read_seals(log.seals, log.here.code))
        seal_file(log.seals, log.here.code).unlink()
        previous = ""
        for head, _ in kept:
            forged = replace(head, hash=log.events.get(seq=head.seq).hash, previous=previous)
            previous = sign(stranger, forged)
            write_seal(log.seals, forged, previous)
        assert set(log.verify()) == {(5, "seal"), (9, "seal")}

    @pytest.mark.parametrize("left_out", [0, 1])
    def test_a_seal_taken_out_of_the_file_is_found(self, log, left_out):
        file = seal_file(log.seals, log.here.code)
        lines = file.read_bytes().splitlines(keepends=True)
        del lines[left_out]
        file.write_bytes(b"".join(lines))
        assert ([5, 9][left_out], "seal") in log.verify()

    def test_seals_lost_with_their_file_are_found(self, log):
        seal_file(log.seals, log.here.code).unlink()
        assert log.verify() == [(5, "seal"), (9, "seal")]

    def test_a_seal_taken_out_of_the_database_is_found(self, log):
        kit.Seal.objects.filter(day=MONDAY).delete()
        assert log.verify() == [(5, "seal")]

    @pytest.mark.parametrize("change", [{"hash": "0" * 64}, {"seq": 4}, {"signature": "x"}])
    def test_a_seal_changed_in_the_database_is_found(self, log, change):
        kit.Seal.objects.filter(day=MONDAY).update(**change)
        assert log.verify() == [(5, "seal")]

    def test_without_the_key_no_seal_is_called_forged_and_no_other_key_is_made(self, log):
        (log.keys / KEY_FILE).unlink()
        assert log.verify() == [(0, "seal")]
        assert not (log.keys / KEY_FILE).exists()

    def test_a_line_that_is_no_seal_is_found(self, log):
        with seal_file(log.seals, log.here.code).open("ab") as file:
            file.write(b"not a seal\n")
        assert (0, "seal") in log.verify()

    def test_every_day_is_sealed_once_with_its_last_event(self, log):
        seals = kit.Seal.objects.order_by("day").values_list("day", "seq")
        assert list(seals) == [(MONDAY, 5), (MONDAY + timedelta(days=1), 9)]
        assert log.seal(MONDAY + timedelta(days=2)) == []
        assert log.seal(MONDAY + timedelta(days=3)) == [MONDAY + timedelta(days=2)]
        assert log.verify() == []

    def test_today_is_not_sealed_and_what_stays_unsealed_is_told(self, log):
        wednesday = MONDAY + timedelta(days=2)
        asked = {"branch_id": log.here.id, "zone": ZONE}
        assert unsealed_since(today=wednesday + timedelta(days=1), **asked) is None
        assert unsealed_since(today=wednesday + timedelta(days=2), **asked) == wednesday

    def test_a_clock_set_back_does_not_open_a_sealed_day_again(self, log):
        with time_machine.travel(NINE, tick=False):
            a_ticket(log.here)
        wednesday = MONDAY + timedelta(days=2)
        assert log.seal(wednesday + timedelta(days=1)) == [wednesday]
        assert log.verify() == []

    def test_a_worker_ended_between_file_and_database_seals_the_day_once(self, log):
        wednesday = MONDAY + timedelta(days=2)
        with transaction.atomic():
            log.seal(wednesday + timedelta(days=1))
            transaction.set_rollback(True)
        assert log.verify() == [(13, "seal")]
        assert log.seal(wednesday + timedelta(days=1)) == [wednesday]
        assert len(list(read_seals(log.seals, log.here.code))) == 3
        assert log.verify() == []

    def test_a_seal_torn_by_a_power_cut_is_written_anew(self, log):
        wednesday = MONDAY + timedelta(days=2)
        with seal_file(log.seals, log.here.code).open("ab") as file:
            file.write(b'{"branch":"UTC-')
        assert log.seal(wednesday + timedelta(days=1)) == [wednesday]
        assert log.verify() == []

    def test_the_signing_key_is_the_owner_s_alone_and_stays_the_same(self, tmp_path):
        first = signing_key(tmp_path / "keys").private_bytes_raw()
        assert signing_key(tmp_path / "keys").private_bytes_raw() == first
        assert (tmp_path / "keys" / "seal.key").stat().st_mode & 0o777 == 0o600
        assert [file.name for file in (tmp_path / "keys").iterdir()] == ["seal.key"]

    def test_a_signature_covers_every_field(self, tmp_path):
        key = signing_key(tmp_path)
        head = SealedHead("A", MONDAY, 5, "ab", "")
        others = [
            replace(head, branch="B"),
            replace(head, day=MONDAY + timedelta(days=1)),
            replace(head, seq=6),
            replace(head, hash="cd"),
            replace(head, previous="x"),
        ]
        assert len({sign(key, each) for each in [head, *others]}) == 6


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seq=st.integers(1, 13),
    column=st.sampled_from(["payload", "actor", "type", "hash"]),
    text=st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=20),
)
def test_any_text_put_into_any_event_is_found_at_that_event(log, seq, column, text):
    event = log.events.get(seq=seq)
    with transaction.atomic():
        log.events.filter(seq=seq).update(**{column: text})
        found = log.verify()
        transaction.set_rollback(True)
    assert bool(found) is (getattr(event, column) != text)
    if found:
        assert (seq, "changed") in found
