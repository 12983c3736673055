"""What a screen is asked to show: which zones, in which languages, laid out how."""

from dataclasses import dataclass

from layan.signage.labels import Languages
from layan.signage.rules import ScreenLayout


@dataclass(frozen=True)
class View:
    """Screens with the same view share one rendering. `arrow` and `sound` are of the page around it."""

    code: str
    zones: tuple[str, ...]
    languages: Languages
    layout: str = ScreenLayout.HALL.value
    counter: str = ""
    arrow: str = ""
    sound: str = ""


#: Where a paired display keeps its key, out of reach of scripts.
SCREEN_COOKIE = "layan_screen"


def chosen_layout(asked: str) -> str:
    """Return the layout that a board's address asks for; the hall's when it names none, or one that needs a counter."""
    offered = {ScreenLayout.HALL.value, ScreenLayout.CORRIDOR.value, ScreenLayout.INFORMATION.value}
    return asked if asked in offered else ScreenLayout.HALL.value
