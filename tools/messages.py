# SPDX-License-Identifier: EUPL-1.2
"""Collect translatable sentences from code and templates into the catalogues, with Babel.

    python tools/messages.py    update src/filanda/locale/*/LC_MESSAGES/django.po

Source sentences are English; the English catalogue is empty but for plurals and words that differ from their key.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

TOP = Path(__file__).resolve().parent.parent
SOURCE = TOP / "src" / "filanda"
LOCALE = SOURCE / "locale"
LANGUAGES = ("it", "en")
METHODS = [("**/jinja2/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/jinja2/**.html": {"encoding": "utf-8", "trimmed": "true", "newstyle_gettext": "true"}}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def collect() -> Catalog:
    """All sentences that code and templates mark."""
    catalog = Catalog(project="Filanda", charset="utf-8")
    for filename, line, message, comments, context in extract_from_dir(SOURCE, METHODS, OPTIONS, KEYWORDS):
        place = [(f"src/filanda/{Path(filename).as_posix()}", line)]
        catalog.add(message, None, place, auto_comments=comments, context=context)
    return catalog


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, project="Filanda", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    template = collect()
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.fuzzy = False
        written = io.BytesIO()
        write_po(written, catalog, width=110, sort_output=True, no_location=True, ignore_obsolete=True)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_bytes(written.getvalue())


def missing() -> list[str]:
    """Sentences without Italian, plurals without English, and placeholders that differ."""
    template, found = collect(), []
    italian, english = read("it"), read("en")
    for message in template:
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        known = italian.get(key, message.context)
        texts = [] if known is None else [known.string] if isinstance(known.string, str) else list(known.string)
        if not texts or not all(texts):
            found.append(f"it: {key!r} ({message.locations[0][0]}:{message.locations[0][1]})")
        elif known is not None and known.python_format and list(known.check()):
            found.append(f"it: placeholders differ in {key!r}")
        if not isinstance(message.id, str):
            plural = english.get(key, message.context)
            if plural is None or not all(plural.string):
                found.append(f"en: the plural of {key!r}")
    return found


def main() -> int:
    update()
    waiting = missing()
    sys.stdout.write(f"{len(waiting)} sentences wait to be translated.\n")
    for line in waiting[:20]:
        sys.stdout.write(f"  {line}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
