"""The public API, version 1: bearer tokens in, JSON out, problems as RFC 9457 says. Guide: docs/api.md."""
