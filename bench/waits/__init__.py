"""How far from the truth waiting times are: ours beside what others say."""
