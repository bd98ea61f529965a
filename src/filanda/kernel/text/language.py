# SPDX-License-Identifier: EUPL-1.2
"""Which language a text is in."""

from __future__ import annotations

import functools
import mmap
import tempfile
import threading
from typing import Any

KNOWN = ("it", "en", "fr", "de", "es")


_loading = threading.Lock()


def _identifier() -> Any:
    """The tables, read once, however many threads ask for them first."""
    with _loading:
        return _read()


@functools.lru_cache(maxsize=1)
def _read() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    every = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    every.set_languages(list(KNOWN))
    # Another one of what is left: the first keeps the tables of all languages, which take 35 MB.
    return LanguageIdentifier(
        every.nb_ptc,
        every.nb_pc,
        every.nb_classes,
        _on_disk(every.tk_nextmove),
        every.tk_output,
        norm_probs=True,
        tk_row=every.tk_row,
    )


def _on_disk(table: Any) -> Any:
    """The same numbers (an array) in a file without a name: of its 40 MB only what texts lead to takes memory."""
    try:
        with tempfile.TemporaryFile() as file:
            table.tofile(file)
            file.flush()
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError:  # nowhere to write to
        return table
    return memoryview(mapped).cast("B").cast(table.typecode)


def detect(text: str, *, default: str = "") -> str:
    """ISO 639-1 code of the language of `text` among `KNOWN`, or `default` when it is too short or unclear."""
    letters = sum(character.isalpha() for character in text)
    if letters < 8:
        return default
    code, probability = _identifier().classify(text[:2000])
    return str(code) if probability >= 0.6 else default
