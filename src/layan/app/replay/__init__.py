"""Runs a recorded day through the same commands as people use."""
