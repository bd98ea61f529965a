# SPDX-License-Identifier: EUPL-1.2
"""Collect translatable sentences from code and templates into the catalogues, with Babel.

    python tools/messages.py    update src/filanda/locale/*/LC_MESSAGES/django.po

Source sentences are English; the English catalogue is empty but for plurals, which are filled in from the source, and
sentences that read better than their key.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

TOP = Path(__file__).resolve().parent.parent
SOURCE = TOP / "src" / "filanda"
LOCALE = SOURCE / "locale"
NAMES = {"it": "Italian", "en": "English"}
LANGUAGES = tuple(NAMES)
# Header lines that say nothing here, and dates that would change with every run.
_CLUTTER = re.compile(
    rb'^"(Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team): .*\n', re.MULTILINE
)
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
METHODS = [("**/jinja2/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {
    "**/jinja2/**.html": {
        "encoding": "utf-8",
        "trimmed": "true",
        "newstyle_gettext": "true",
        "extensions": "jinja2.ext.do",
        "silent": "false",
    }
}
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
        if language == "en":
            _fill_plurals(catalog)
        catalog.header_comment = f"# SPDX-License-Identifier: EUPL-1.2\n# {NAMES[language]} of Filanda."
        written = io.BytesIO()
        write_po(written, catalog, width=110, sort_output=True, no_location=True, ignore_obsolete=True)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_bytes(_CLUTTER.sub(b"", written.getvalue()))


def _fill_plurals(catalog: Catalog) -> None:
    """English plurals are their source, written out so that nothing hangs on what gettext does without an entry."""
    for message in catalog:
        if isinstance(message.id, (list, tuple)) and not all(_texts(message)):
            message.string = tuple(message.id)


def _texts(message: Message | None) -> list[str]:
    """The translations of a message, one for each plural form; [] where there are none."""
    if message is None or message.string is None:
        return []
    return [message.string] if isinstance(message.string, str) else list(message.string)


def _placeholders(text: str) -> list[str]:
    return sorted(set(_PLACEHOLDER.findall(text)))


def _differ(message: Message, texts: list[str]) -> bool:
    """Whether a translation names other placeholders than its source. A plural form may do so where its source does."""
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    return any(_placeholders(text) != _placeholders(source) for text, source in zip(texts, sources, strict=True))


def missing() -> list[str]:
    """Sentences without Italian, plurals without English, and placeholders that differ."""
    template, found = collect(), []
    italian, english = read("it"), read("en")
    for message in template:
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        texts = _texts(italian.get(key, message.context))
        if not texts or not all(texts):
            found.append(f"it: {key!r} ({message.locations[0][0]}:{message.locations[0][1]})")
        elif _differ(message, texts):
            found.append(f"it: placeholders differ in {key!r}")
        own_texts = _texts(english.get(key, message.context))
        if not isinstance(message.id, str) and not (own_texts and all(own_texts)):
            found.append(f"en: the plural of {key!r}")
        elif any(own_texts) and _differ(message, own_texts):
            found.append(f"en: placeholders differ in {key!r}")
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
