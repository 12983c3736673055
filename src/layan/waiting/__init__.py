"""How long people wait: said as a range that is kept, and measured against what happened (B7)."""
