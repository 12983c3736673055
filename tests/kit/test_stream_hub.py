"""The hub alone: what it promises whatever the log does."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from layan.kit.stream import frames
from layan.kit.stream.feed import Opening
from layan.kit.stream.hub import HEARTBEAT_SECONDS, LINGER_SECONDS, SLICE, Client, Hub


class Wire:
    """A connection that keeps what it is given; `full` makes it wait, `broken` makes it fail."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.full = False
        self.broken = False
        self.aborted = False
        self.ended = False
        self.client = Client(self.send, self.abort)

    def abort(self) -> None:
        self.aborted = True

    async def send(self, message: Any) -> None:
        if self.broken:
            raise RuntimeError("connection lost")
        if self.full:
            await asyncio.Event().wait()
        self.parts.append(message["body"])
        self.ended = not message["more_body"]


class Office:
    """A hub whose log is written by hand."""

    def __init__(self) -> None:
        self.current = True
        self.left: list[int] = []
        self.hub = Hub(current=lambda: self.current, leave=self.left.append)
        self.channel = self.hub.opened(Opening(1, "A", 0, []))

    def listener(self, *, zone_id: int | None = None, last_seen: int | None = None) -> Wire:
        wire = Wire()
        self.hub.add(wire.client, self.channel, zone_id, last_seen)
        wire.parts.clear()
        return wire

    async def grow(self, *seqs: int, zone_id: int | None = None) -> None:
        self.hub.grown(1, [frames.event("A", seq, "ticket.called", zone_id) for seq in seqs])
        await self.settle()

    async def settle(self) -> None:
        """Do what the pump would do until nothing is left."""
        while not self.hub._work.empty():
            await self.hub._work.get_nowait()()

    async def beats(self, count: int = HEARTBEAT_SECONDS) -> None:
        for beat in range(count):
            await self.hub._beat(beat % HEARTBEAT_SECONDS)


def told(story: Callable[[Office], Awaitable[None]]) -> None:
    async def run() -> None:
        await story(Office())

    asyncio.run(run())


def test_events_of_one_moment_go_out_as_one_write() -> None:
    async def story(office: Office) -> None:
        wire = office.listener()
        await office.grow(1, 2, 3)
        assert len(wire.parts) == 1
        assert wire.parts[0].count(b"id: ") == 3

    told(story)


def test_an_event_the_feed_tells_again_is_not_told_again() -> None:
    async def story(office: Office) -> None:
        wire = office.listener()
        await office.grow(1, 2)
        await office.grow(2, 3)
        assert b"".join(wire.parts).count(b"id: 2\n") == 1

    told(story)


def test_who_comes_in_while_others_are_being_told_hears_the_event_once() -> None:
    async def story(office: Office) -> None:
        first = [office.listener() for _ in range(SLICE + 1)]
        office.hub.grown(1, [frames.event("A", 1, "ticket.called", None)])
        telling = asyncio.create_task(office.settle())
        await asyncio.sleep(0)
        assert not first[-1].parts
        late = Wire()
        office.hub.add(late.client, office.channel, None, 0)
        await telling
        assert b"".join(late.parts).count(b"id: 1\n") == 1
        assert all(b"".join(wire.parts).count(b"id: 1\n") == 1 for wire in first)

    told(story)


@pytest.mark.parametrize("fault", ["full", "broken"])
def test_a_connection_that_takes_nothing_is_dropped_and_forgotten(fault: str) -> None:
    async def story(office: Office) -> None:
        bad, good = office.listener(), office.listener()
        setattr(bad, fault, True)
        await office.grow(1)
        assert bad.aborted
        assert len(good.parts) == 1
        assert office.hub.count == 1
        office.hub.remove(bad.client)
        assert office.hub.count == 1

    told(story)


def test_every_client_gets_one_beat_in_each_round_and_never_all_at_once() -> None:
    async def story(office: Office) -> None:
        wires = [office.listener() for _ in range(3 * HEARTBEAT_SECONDS)]
        await office.beats(1)
        assert sum(len(wire.parts) for wire in wires) == 3
        await office.beats()
        assert all(1 <= len(wire.parts) <= 2 for wire in wires)
        assert wires[1].parts == [b'event: heartbeat\ndata: {"branch":"A","seq":0}\n\n']

    told(story)


def test_a_beat_claims_nothing_while_the_log_cannot_be_read() -> None:
    async def story(office: Office) -> None:
        wire = office.listener()
        office.current = False
        await office.beats()
        assert wire.parts == [b": waiting for the database\n\n"]

    told(story)


def test_a_branch_that_nobody_listens_to_is_left_after_a_while() -> None:
    async def story(office: Office) -> None:
        wire = office.listener()
        await office.beats(LINGER_SECONDS + 5)
        assert office.left == []
        office.hub.remove(wire.client)
        await office.beats(LINGER_SECONDS)
        assert office.left == []
        await office.beats(1)
        assert office.left == [1]
        assert office.hub.channels == {}
        await office.grow(1)

    told(story)


def test_a_renamed_branch_ends_the_streams_of_its_old_name() -> None:
    async def story(office: Office) -> None:
        wire = office.listener()
        office.hub.opened(Opening(1, "B", 0, []))
        assert wire.ended
        assert list(office.hub.channels) == ["B"]

    told(story)
