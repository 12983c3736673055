"""Voices that speak here, without any network: recordings, espeak-ng, Piper."""
