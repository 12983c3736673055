"""Screens: displays that were paired with a branch, what each shows, and whether it is still there (B8, H2)."""
