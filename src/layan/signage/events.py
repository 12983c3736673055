"""What happens to notices, screens and announcements. Their texts and names stay in the tables: an event could not be erased."""

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


@dataclass(frozen=True)
class ScreenPaired(Event):
    type = "screen.paired"
    screen: int


@dataclass(frozen=True)
class ScreenChanged(Event):
    type = "screen.changed"
    screen: int


@dataclass(frozen=True)
class ScreenRevoked(Event):
    type = "screen.revoked"
    screen: int


@dataclass(frozen=True)
class AnnouncementAsked(Event):
    type = "announcement.asked"
    announcement: str


@dataclass(frozen=True)
class AnnouncementCancelled(Event):
    type = "announcement.cancelled"
    announcement: str
