"""Layan: queues, counters and promises of a public office."""
