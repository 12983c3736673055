"""Announcements: one line for each zone, spoken in order, never two at once (B9)."""
