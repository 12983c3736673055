"""Makes of printers behind the protocol `layan.queueing.paper.api.Printer` (B8)."""
