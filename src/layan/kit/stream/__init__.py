"""The live stream: server-sent events that say what changed in a branch, never the data (requirement B8).

`source` reads the log, `feed` notices that it grew, `hub` tells the clients, `asgi` is the address.
"""
