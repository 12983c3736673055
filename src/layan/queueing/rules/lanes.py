"""Lanes: tickets that wait for the same thing, in one category, in order of arrival."""


def service_lane(service_id: int, category: str) -> str:
    """Return the lane of those who wait for a service."""
    return f"s{service_id}:{category}"


def counter_lane(counter_id: int, category: str) -> str:
    """Return the lane of those sent to one counter."""
    return f"c{counter_id}:{category}"


def officer_lane(officer_id: int, category: str) -> str:
    """Return the lane of those sent to one officer."""
    return f"o{officer_id}:{category}"


def beside(lane: str, category: str) -> str:
    """Return the lane of another category that waits for the same thing."""
    return f"{lane.partition(':')[0]}:{category}"


def is_direct(lane: str) -> bool:
    """Say whether a lane leads to one counter or officer."""
    return lane[:1] in {"c", "o"}


def service_of(lane: str) -> int | None:
    """Return the service that a lane waits for, None for a direct lane."""
    return None if is_direct(lane) else int(lane[1:].partition(":")[0])
