# SPDX-License-Identifier: EUPL-1.2
"""Reads of documents: lines for rooms that deal with anything, what is new, how much room is left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, TextField, Value, When
from django.db.models.functions import JSONObject, Left
from django.utils.formats import number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

from filanda.components.documents.models import Document, Folder, WaitingUpload
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import Actor
from filanda.kernel.manifests.things import ThingLine
from filanda.kernel.text.markdown import shown_words
from filanda.spaces.components import Lines, Room, as_columns
from filanda.spaces.models import SCOPE, Space

__all__ = [
    "NEWS",
    "address_of",
    "as_line",
    "folder_address",
    "lines",
    "names_of",
    "path_of",
    "quota_of",
    "readable_size",
    "room_of",
    "usage",
]

MB = 1024 * 1024
QUOTA_MB = 1024
HTML_MOST, TEXT_MOST = 2000, 400  # characters that an excerpt is made from


def address_of(document: Document) -> tuple[str, int, str]:
    """The arguments of its page, "documents:document". Needs document.space."""
    return document.space.slug, document.pk, title_slug(document.title)


def title_slug(title: str) -> str:
    """Words for an address."""
    return slugify(title)[:60].strip("-") or "document"


def folder_address(space: Space, folder: Folder) -> tuple[str, int, str]:
    """The arguments of a folder's page, "documents:inside"."""
    return space.slug, folder.pk, slugify(folder.name)[:60].strip("-") or "folder"


def path_of(folder: Folder | None, known: Mapping[int, Folder]) -> list[Folder]:
    """The folders from the top down to `folder` itself. No query: `known` has those of its space."""
    path: list[Folder] = []
    while folder is not None:
        path.insert(0, folder)
        folder = known.get(folder.parent_id) if folder.parent_id is not None else None
    return path


def names_of(actor: Actor, accounts: Iterable[int | None]) -> dict[int | None, str]:
    """What `actor` may call them: by their name whom they may know, else "a member". One query, none for nobody."""
    wanted = {account for account in accounts if account is not None}
    found: dict[int | None, str] = {None: _("A former member")}
    if wanted:
        people = Person.objects.visible_to(actor).filter(account__in=wanted)
        found |= dict(people.values_list("account", "name"))
    return {**dict.fromkeys(wanted, _("A member")), **found}


def as_line(document: Document, names: Mapping[int | None, str]) -> ThingLine:
    return ThingLine(
        kind="document",
        id=document.pk,
        title=document.title,
        url_name="documents:document",
        url_args=address_of(document),
        excerpt=_excerpt(document.description, document.html[:HTML_MOST], document.text[:TEXT_MOST]),
        language=document.language,
        audience=document.audience,
        author_id=document.author_id,
        author_name=names[document.author_id] if document.author_id is not None else "",
        inside=((SCOPE, document.space_id),),
        at=document.changed_at,
    )


def lines(actor: Actor, ids: Sequence[int]) -> Mapping[int, ThingLine]:
    """Those of `ids` that `actor` may see. Two queries."""
    rows = list(Document.objects.visible_to(actor).filter(pk__in=ids).select_related("space"))
    names = names_of(actor, {row.author_id for row in rows})
    return {row.pk: as_line(row, names) for row in rows}


def _rows(actor: Actor, space_id: int, _now: Any) -> QuerySet[Any, Any]:
    rows = Document.objects.visible_to(actor).filter(space=space_id, hidden_at=None).order_by("-changed_at", "-pk")
    more = {
        name: Case(When(description="", then=Left(name, most)), default=Value(""), output_field=TextField())
        for name, most in (("html", HTML_MOST), ("text", TEXT_MOST))
    }
    return as_columns(rows, at="changed_at", text=F("description"), more=more)


def _excerpt(description: str, html: str, text: str) -> str:
    """What a document begins with: of a page its words, without the marks they were typed with."""
    return " ".join((description or shown_words(html) or text).split())[:280]


def _line(row: Mapping[str, Any], space: Space, names: Mapping[int, str]) -> ThingLine:
    author = row["line_author"]
    return ThingLine(
        kind="document",
        id=row["line_id"],
        title=row["line_title"],
        url_name="documents:document",
        url_args=(space.slug, row["line_id"], title_slug(row["line_title"])),
        excerpt=_excerpt(row["line_text"], **row["line_more"]),
        language=row["line_language"],
        audience=row["line_audience"],
        author_id=author,
        author_name=names.get(author) or _("A member") if author is not None else "",
        inside=((SCOPE, space.pk),),
        at=row["line_at"],
    )


def _body(_actor: Actor, _words: Sequence[Sequence[Any]]) -> Any:
    is_page = ~Q(html="")
    return JSONObject(
        html=Left("html", SEARCHED),
        text=Case(When(is_page, then=Value("")), default=Left("text", SEARCHED), output_field=TextField()),
    )


SEARCHED = 20_000  # characters of a document in which words are marked
NEWS = Lines(_rows, _line, body=_body)  # what was added or changed last


def quota_of(space: Space) -> int:
    """How many bytes the documents of `space` may take: settings["documents_mb"] of the space, else of its region."""
    for given in (space.settings, space.region.settings):
        most = given.get("documents_mb") if isinstance(given, dict) else None
        if isinstance(most, int) and not isinstance(most, bool) and 0 <= most <= 1_000_000:
            return most * MB
    return QUOTA_MB * MB


def room_of(space: Space) -> Room:
    """How much of it is taken. Two queries."""
    usual = Space(settings={}, region=space.region)
    return Room(usage(space), quota_of(space), quota_of(usual))


def usage(space: Space) -> int:
    """How many bytes they take: every version, the bin, and uploads that wait. Two queries."""
    kept = Document.objects.filter(space=space).aggregate(total=Sum("bytes_kept", default=0))["total"]
    waiting = WaitingUpload.objects.filter(document__space=space).aggregate(total=Sum("size", default=0))["total"]
    return int(kept) + int(waiting)


def readable_size(size: int) -> str:
    """A size in words for people: "12 kB", "3.4 MB"."""
    for unit, factor in (("GB", 1024**3), ("MB", MB), ("kB", 1024)):
        if size >= factor:
            value = size / factor
            return f"{number_format(value, 1 if value < 10 and value != int(value) else 0)} {unit}"
    return f"{size} B"


def ids() -> Iterable[int]:
    """All documents, for a rebuild of the index."""
    return Document.objects.order_by("pk").values_list("pk", flat=True)
