"""Layan's stream alone in a process, over the log in the SQLite file given."""

import os
import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Serve `FILE` on `PORT`."""
    os.environ.setdefault("LAYAN_DATA", tempfile.gettempdir())
    os.environ["DJANGO_SETTINGS_MODULE"] = "layan.app.settings"
    from layan.app.asgi import Front
    from layan.app.listener import listen
    from layan.app.server import serve
    from layan.kit.stream.asgi import StreamApp
    from layan.kit.stream.source import SqliteSource

    file, port = sys.argv[1:]
    serve(Front(StreamApp(SqliteSource(Path(file)))), listen("127.0.0.1", int(port)))


if __name__ == "__main__":
    main()
