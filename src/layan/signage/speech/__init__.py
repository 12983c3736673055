"""What is said aloud, in four languages, and how it becomes sound (B9)."""
