from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "layan.app.setup"
    label = "setup"

    def ready(self) -> None:
        """Join the make of printers to the room that prints."""
        from layan.devices.printers.escpos import EscposPrinter
        from layan.queueing.paper.makes import use_printers

        use_printers(lambda at: EscposPrinter(at.host, port=at.port, paper_mm=at.paper_mm))
