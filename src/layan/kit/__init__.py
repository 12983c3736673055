"""Glue with no business in it: clock, event log, live stream, refusals, words."""
