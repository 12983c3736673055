"""Recorded histories through the production engine, in the order of time."""
