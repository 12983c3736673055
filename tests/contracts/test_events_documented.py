"""An event that nobody can read about does not exist; and none may carry what could not be erased."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from layan.kit.events import Event, event_types

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "layan"
#: What an event's facts are made of: ids, codes, numbers, times.
PLAIN = re.compile(r"^(str|int|bool|float|int \| None|list\[str\]|list\[int\])$")
#: What a person could be known by has no place in a log that is never erased.
PERSONAL = re.compile(
    r"name|phone|mobile|email|mail|reference|holder|address|identity|note|comment|text|message"
)


def events() -> list[type[Event]]:
    """Return every event of the source tree, its modules loaded."""
    for file in sorted(SOURCE.glob("*/events.py")):
        import_module(f"layan.{file.parent.name}.events")
    return [kind for kind in event_types().values() if kind.__module__.startswith("layan.")]


def documented() -> dict[str, str]:
    """Return the facts column of each event in the table, by type."""
    text = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([a-z.-]+)` \| ([^|]*) \|", text, re.MULTILINE))


def test_every_event_is_documented_and_nothing_else():
    assert set(documented()) == {kind.type for kind in events()}


def test_the_facts_of_every_event_are_documented():
    facts = {kind.type: [name for name in kind.__annotations__ if name != "type"] for kind in events()}
    assert {kind: re.findall(r"`(\w+)`", column) for kind, column in documented().items()} == facts


@pytest.mark.parametrize("kind", events(), ids=lambda kind: kind.type)
def test_an_event_carries_only_ids_codes_and_numbers(kind):
    for name, annotation in kind.__annotations__.items():
        if name == "type":
            continue
        shown = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
        shown = shown if shown not in {"list", ""} else str(annotation)
        assert PLAIN.match(shown), f"{kind.type}.{name}: {shown}"
        assert not PERSONAL.search(name), f"{kind.type}.{name}"


def test_events_are_defined_only_in_the_rooms_events_modules():
    wrong = []
    for file in SOURCE.rglob("*.py"):
        if file.name == "events.py":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        wrong += [
            f"{file.relative_to(ROOT)}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            and any(isinstance(base, ast.Name) and base.id == "Event" for base in node.bases)
        ]
    assert wrong == []
