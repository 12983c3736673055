"""Numbers on paper: what a slip says and what a printer answers (B7, B8)."""
