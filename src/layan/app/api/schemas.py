"""The shapes of requests and responses. Requests are checked against them; responses are built by `answers`."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from ninja import Field, Schema

from layan.customers.api import Category, CustomerType

Words = dict[str, str]
BreakReason = Literal["lunch", "prayer", "rest", "meeting", "technical"]
Outcome = Literal["done", "incomplete", "referred"]
OutOfOrderReason = Literal["emergency", "frail", "distress", "mistake", "short", "supervisor"]

_ID = "0190a5c7-5b1e-7d2a-8f00-0123456789ab"


class TicketIn(Schema):
    """A number to give: one for all the services asked for, which are given in that order."""

    branch: str = Field(max_length=20, description="Code of the branch.", examples=["SENTOSA"])
    services: list[str] = Field(
        min_length=1, max_length=20, description="Codes of the services.", examples=[["PASSPORT"]]
    )
    category: Category = Field(default=Category.GENERAL, description="What need the queue must respect.")
    language: Literal["ms", "en", "zh", "ta"] = Field(default="ms", description="The customer's language.")
    customer_type: CustomerType = Field(default=CustomerType.CITIZEN, description="Who comes to the office.")
    reference: str = Field(
        default="",
        max_length=64,
        description="Telephone number or the like, where the branch gives one live number to each person. "
        "Kept only as a keyed hash, until the ticket ends.",
    )


class TransferIn(Schema):
    """Where to send the customer: exactly one of the three."""

    service: str = Field(default="", max_length=20, description="Code of a service.", examples=["LICENCE"])
    counter: int | None = Field(default=None, ge=1, lt=2**63, description="Id of a counter.")
    officer: int | None = Field(
        default=None, ge=1, lt=2**63, description="Id of an officer with an open counter."
    )


class FinishIn(Schema):
    """How the service ended."""

    outcome: Outcome = Field(default="done", description="How the service ended.")


class AddServiceIn(Schema):
    """A further service for the same visit."""

    service: str = Field(max_length=20, description="Code of the service.", examples=["LICENCE"])


class RearrangeIn(Schema):
    """The services still to come, in their new order."""

    services: list[str] = Field(
        min_length=1,
        max_length=20,
        description="Codes of all services still to come; of a number that waits, with the one it waits for.",
        examples=[["LICENCE", "PASSPORT"]],
    )


class PostponeIn(Schema):
    """For how long the customer asks to be passed over."""

    minutes: Literal[0, 5, 10, 15, 20] = Field(
        default=10, description="Minutes to be passed over from now on; 0: the customer is here after all."
    )


class BreakIn(Schema):
    """Why the counter pauses."""

    reason: BreakReason = Field(default="rest", description="Why the counter pauses.")


class CallIn(Schema):
    """A number to call before its turn, and why; it appears in the fairness list."""

    ticket: UUID = Field(description="Id of the ticket.")
    reason: OutOfOrderReason = Field(description="Why it is called before others.")


class TicketServiceOut(Schema):
    """One of the visit's services."""

    code: str = Field(examples=["PASSPORT"])
    state: Literal["waiting", "called", "serving", "on_hold", "no_show", "later", "done", "cancelled"]


class CounterPlaceOut(Schema):
    """The counter that the customer is or was sent to."""

    id: int
    code: str = Field(examples=["3"])
    zone: str = Field(examples=["HALL"])


class WaitBasisOut(Schema):
    """What a waiting time rests on."""

    ahead: int = Field(description="People who would be called before.")
    counters: int = Field(description="Counters open that give the service.")
    minutes_each: float = Field(description="How long each of them takes for one customer, lately.")


class WaitOut(Schema):
    """How long it will take, in minutes from `as_of`: four in five are called between `low` and `high`."""

    likely: int = Field(examples=[18])
    low: int = Field(examples=[10])
    high: int = Field(examples=[25])
    as_of: datetime
    basis: WaitBasisOut


WaitReason = Literal["no_forecast", "no_counter", "no_history", "disruption", "closed", "after_closing"]


class WaitReasonOut(Schema):
    """Why no waiting time can be told, as a code and in words."""

    code: WaitReason
    words: str


class Waited(Schema):
    """A waiting time, or the reason why nothing honest can be said; both null for whoever does not wait."""

    wait: WaitOut | None
    wait_reason: WaitReasonOut | None


class TicketOut(Waited):
    """A number and the customer's stay. Times are UTC."""

    id: UUID = Field(examples=[_ID])
    number: str = Field(examples=["A017"])
    state: Literal["waiting", "called", "serving", "on_hold", "no_show", "done", "cancelled"]
    ahead: int = Field(description="People who would be called before this number; 0 once it was called.")
    track_url: str = Field(description="The ticket's own page, for the customer: no sign-in, unguessable.")
    branch: str = Field(description="Code of the branch.", examples=["SENTOSA"])
    services: list[TicketServiceOut]
    category: Category
    language: str
    customer_type: CustomerType
    counter: CounterPlaceOut | None
    issued_at: datetime
    called_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    service_day: date
    passed_over_until: datetime | None = Field(
        description="The customer will be late: not called before then, and the place is kept."
    )
    advice: Literal["", "busy"] = Field(description='"busy" when the line was long as the number was given.')


class TicketsOut(Schema):
    """Tickets that a command changed."""

    tickets: list[TicketOut]


class ReasonOut(Schema):
    """Why a ticket stands where it does: a code, and the figures behind it."""

    code: str = Field(examples=["longest-wait"])
    category: Category
    waited_minutes: float
    rate: float = Field(description="Points gathered each minute.")
    points: float = Field(description="rate x waited_minutes")


class AheadOut(Schema):
    """Someone who would be called before, and why."""

    number: str
    reason: ReasonOut


class ExplanationOut(Schema):
    """Where a waiting number stands at a counter, and why."""

    number: str
    position: int = Field(description="1 is next.")
    passed_over_until: datetime | None = Field(
        description="Not called before then, as the customer asked; `position` is the place when that is over."
    )
    reason: ReasonOut
    ahead: list[AheadOut]


class SessionOut(Schema):
    """An officer's time at a counter."""

    state: Literal["open", "break", "closed"]
    officer: int | None = Field(description="Id of the officer's account; none for a token without one.")
    reason: str = Field(description="Why it is on a break.")
    since: datetime
    opened_at: datetime
    closed_at: datetime | None


class CounterSessionOut(Schema):
    """A counter with the session that the command changed."""

    id: int
    code: str
    kind: Literal["general", "special", "emergency"]
    zone: str
    session: SessionOut


class BranchOut(Schema):
    """A branch that the token may see."""

    code: str = Field(description="Code of the branch.", examples=["SENTOSA"])
    name: Words
    time_zone: str = Field(examples=["Asia/Kuala_Lumpur"])


class BranchesOut(Schema):
    """Branches, by code."""

    branches: list[BranchOut]


class ZoneOut(Schema):
    """A part of the building."""

    code: str
    name: Words
    directions: Words


class ServiceOut(Waited):
    """A service offered; texts are by language; the wait is that of someone who came now."""

    code: str
    letter: str
    agency: str
    zone: str
    name: Words
    bring: Words
    fee: Words
    norm_minutes: int


class CounterOut(Schema):
    """A counter and the codes of its services, the preferred first."""

    id: int
    code: str
    kind: Literal["general", "special", "emergency"]
    zone: str
    services: list[str]


class BlockOut(Schema):
    """A stretch of opening hours, in branch time."""

    opens: str = Field(examples=["08:00"])
    closes: str = Field(examples=["17:00"])
    kind: str = Field(examples=["regular"])


class DayOut(Schema):
    """The hours of one date; `occasion` names the holiday or special day that changed them."""

    date: date
    blocks: list[BlockOut]
    occasion: Words | None


class HoursOut(Schema):
    """Whether the branch is open now, and the hours of the next seven days."""

    open_now: bool
    closes_at: datetime | None
    next_opening: datetime | None
    days: list[DayOut]


class BranchDetailOut(BranchOut):
    """A branch: its hours, zones, services and counters."""

    agencies: list[str] = Field(description="Codes of the agencies that offer services here.")
    address: str
    hours: HoursOut
    zones: list[ZoneOut]
    services: list[ServiceOut]
    counters: list[CounterOut]


class ShownTicketOut(Schema):
    """The ticket at a counter."""

    id: UUID
    number: str
    state: Literal["called", "serving"]
    service: str
    called_at: datetime | None


class ServingOut(Schema):
    """A counter as boards show it; `ticket` is the one called or being served there."""

    counter: CounterPlaceOut
    state: Literal["open", "break", "closed"]
    officer: int | None = Field(
        description="Id of the officer there, to whom a customer can be sent; kiosks and boards are not told."
    )
    ticket: ShownTicketOut | None
    on_hold: int


class WaitingOut(Waited):
    """One service's line; the wait is that of someone who came now."""

    service: str
    waiting: int
    longest_seconds: int


class StateOut(Schema):
    """A branch at one moment; `seq` is the event it reflects."""

    branch: str
    seq: int
    waiting: int = Field(description="How many wait in all.")
    serving: list[ServingOut]
    services: list[WaitingOut]
    disruption: Words | None
