"""What happens to notices. Their text stays in the table: an event could not be erased."""

from dataclasses import dataclass

from layan.kit.events import Event


@dataclass(frozen=True)
class NoticePosted(Event):
    type = "notice.posted"
    notice: int


@dataclass(frozen=True)
class NoticeEnded(Event):
    type = "notice.ended"
    notice: int
