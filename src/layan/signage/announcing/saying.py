"""What a player is handed: the words of an announcement and their sound (B9)."""

from dataclasses import dataclass

from layan.places.api import Layout
from layan.queueing.api import Ticket
from layan.signage.announcing.line import Turn, playing, take, unsaid
from layan.signage.announcing.rules import Reason
from layan.signage.models import Announcement
from layan.signage.speech.api import LANGUAGES, Utterance
from layan.signage.speech.files import NoVoice, SoundFile, sound_file
from layan.signage.speech.wording import call_utterance, message_utterance


@dataclass(frozen=True)
class Saying:
    """An announcement ready to be heard."""

    announcement: Announcement
    utterances: list[Utterance]
    sound: SoundFile


def next_saying(
    place: Layout, zone_id: int, *, screen_id: int, urgent_only: bool = False
) -> tuple[Saying | None, Turn]:
    """Return what a screen says now, with its sound; what no voice can say is dropped, and the next one is looked for.

    In quiet hours a screen says what is urgent, and nothing else.
    """
    while True:
        turn = take(place, zone_id, screen_id=screen_id, urgent_only=urgent_only)
        if turn.say is None:
            return None, turn
        utterances = utterances_of(turn.say)
        try:
            sound = sound_file(utterances, agency=str(place.agency_id))
        except NoVoice:
            unsaid(turn.say, reason=Reason.NO_VOICE)
            continue
        playing(turn.say, seconds=sound.seconds)
        return Saying(turn.say, utterances, sound), turn


def utterances_of(said: Announcement) -> list[Utterance]:
    """Return the sentences of an announcement: a call in Malay and the customer's own language, a message in all it has."""
    if said.ticket is None:
        return message_utterances(said.text)
    spoken = Ticket.objects.filter(pk=said.ticket).values_list("language", flat=True).first()
    languages = ["ms"] if spoken in {None, "ms"} or spoken not in LANGUAGES else ["ms", spoken]
    return [call_utterance(said.number, said.counter, language) for language in languages]


def message_utterances(text: dict[str, str]) -> list[Utterance]:
    """Return a message's sentences: Malay first, then English, Mandarin, Tamil (B9)."""
    return [message_utterance(text[language], language) for language in LANGUAGES if text.get(language)]
