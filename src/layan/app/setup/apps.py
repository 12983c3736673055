from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "layan.app.setup"
    label = "setup"

    def ready(self) -> None:
        """Join the makes of devices to the rooms that use them."""
        from django.conf import settings

        from layan.app.carriers import carriers
        from layan.devices.printers.escpos import EscposPrinter
        from layan.devices.voices.espeak import EspeakVoice
        from layan.devices.voices.piper import PiperVoice
        from layan.devices.voices.recorded import RecordedVoice
        from layan.messaging.api import use_carriers
        from layan.queueing.aloud import use_reader
        from layan.queueing.paper.makes import use_printers
        from layan.signage.speech.clips import clips_folder, voices_folder
        from layan.signage.speech.files import use_voices
        from layan.signage.speech.reading import read_text

        use_printers(lambda at: EscposPrinter(at.host, port=at.port, paper_mm=at.paper_mm))
        # A person first, then the most natural machine there is.
        use_voices(
            lambda agency: (RecordedVoice(clips_folder(agency)), PiperVoice(voices_folder()), EspeakVoice())
        )
        shown = settings.INSTALLATION.folder if settings.DEMONSTRATION else None
        use_carriers(carriers(settings.MESSAGES, demonstrated_in=shown))
        use_reader(read_text)
