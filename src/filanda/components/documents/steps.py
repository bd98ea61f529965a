# SPDX-License-Identifier: EUPL-1.2
"""What actions of this room share, and what happens when the space changes or moderation acts. No transaction is opened
here; whoever changes what stands where holds the space's lock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from filanda.capabilities.files.inspecting import Inspected, clean_name
from filanda.capabilities.files.models import FileAudience, FileKind, StoredFile
from filanda.capabilities.files.steps import QuotaReached, delete_files, keep_file
from filanda.capabilities.follows.steps import follow, forget_thing
from filanda.components.documents.looking import look_into
from filanda.components.documents.models import (
    DESCRIPTION_MOST,
    NAME_MOST,
    PAGE_MOST,
    SUBJECT,
    TEXT_MOST,
    TITLE_MOST,
    WAITING,
    Document,
    DocumentKind,
    DocumentVersion,
    Folder,
    WaitingUpload,
)
from filanda.components.documents.queries import quota_of, readable_size, usage
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.jobs.queue import enqueue
from filanda.kernel.journal.actions import record
from filanda.kernel.text import language
from filanda.kernel.text.folding import clean, sort_key
from filanda.kernel.text.markdown import to_html
from filanda.spaces.models import SCOPE, Space, SpaceKind
from filanda.spaces.steps import note_activity

__all__ = [
    "NameTaken",
    "add_page",
    "add_version",
    "checked_description",
    "checked_name",
    "checked_page",
    "checked_title",
    "file_lost",
    "follow_audience",
    "free_title",
    "hide",
    "keep_upload",
    "key_of",
    "make_document",
    "narrow_audience",
    "purge",
    "recount_bytes",
    "refresh_audiences",
    "remove",
    "require_room",
    "restore",
    "rewrite_page",
    "tell",
    "text",
    "title_of_upload",
    "upload_lost",
]


class NameTaken(ValidationError):
    """Something stands there already under that name."""

    def __init__(self, field: str) -> None:
        super().__init__({field: _("Something here has this name already. Choose another one.")})


def key_of(title: str, extension: str = "") -> str:
    """What a name is compared by, and sorted."""
    plain = sort_key(title, length=280) or title.casefold()[:280]
    return f"{plain}.{extension}" if extension else plain


def _checked(field: str, value: str, most: int, missing: str) -> str:
    words = " ".join(clean(value).split())
    if not words and missing:
        raise ValidationError({field: missing})
    if len(words) > most:
        raise ValidationError({field: _("That is too long: %(most)d characters at most.") % {"most": most}})
    return words


def checked_name(value: str) -> str:
    return _checked("name", value.replace("/", " ").replace("\\", " "), NAME_MOST, _("Give the folder a name."))


def checked_title(value: str) -> str:
    return _checked("title", value, TITLE_MOST, _("Give it a title."))


def checked_description(value: str) -> str:
    return _checked("description", value, DESCRIPTION_MOST, "")


def checked_page(source: str) -> str:
    """A page's Markdown as it is stored. Raises ValidationError ("source")."""
    body = clean(source.replace("\r\n", "\n"))
    if not body:
        raise ValidationError({"source": _("Write what the page says.")})
    if len(body) > PAGE_MOST:
        raise ValidationError({"source": _("That is too long: %(most)d characters at most.") % {"most": PAGE_MOST}})
    return body


def title_of_upload(upload: UploadedFile, extension: str) -> str:
    """A title from the file's name: without folders, without its ending."""
    return clean_name(upload.name or "", extension).rpartition(".")[0].replace("_", " ").strip() or "file"


def free_title(space: Space, folder: Folder | None, title: str, extension: str) -> str:
    """`title`, or "title (2)" and so on where that is taken. One query."""
    taken = set(Document.objects.standing().filter(space=space, folder=folder).values_list("title_key", flat=True))
    if key_of(title, extension) not in taken:
        return title
    return next(
        name
        for name in (f"{title[: TITLE_MOST - 8]} ({number})" for number in range(2, len(taken) + 3))
        if key_of(name, extension) not in taken
    )


def require_room(space: Space, more: int) -> None:
    """Raise QuotaReached unless `more` bytes fit in what `space` may keep. The caller holds the space's lock."""
    most = quota_of(space)
    used = usage(space)
    if used + more > most:
        raise QuotaReached(
            _(
                "There is no room for this: the documents of this community may take %(most)s, and %(used)s are taken. "
                "Remove what nobody needs, and empty the bin."
            )
            % {"most": readable_size(most), "used": readable_size(used)}
        )


def keep_upload(
    actor: Actor, space: Space, subject: tuple[str, int], upload: UploadedFile, inspected: Inspected, now: datetime
) -> StoredFile:
    return keep_file(
        actor=actor,
        region=space.region,
        subject=subject,
        kind=FileKind.SHARED,
        inspected=inspected,
        upload=upload,
        audience=FileAudience.SUBJECT,
        now=now,
    )


def make_document(
    actor: Actor,
    space: Space,
    folder: Folder | None,
    title: str,
    kind: DocumentKind,
    now: datetime,
    *,
    extension: str = "",
) -> Document:
    """A document without a version, in the locked `space`."""
    made: Document = Document.objects.create(
        region=space.region,
        space=space,
        folder=folder,
        kind=kind,
        title=title,
        title_key=key_of(title, extension),
        extension=extension,
        audience=folder.audience if folder is not None else space.audience,
        author_id=actor.account_id,
        created_at=now,
        changed_at=now,
    )
    return made


def add_version(
    actor: Actor,
    document: Document,
    *,
    file: StoredFile | None = None,
    source: str = "",
    words: str = "",
    note: str = "",
    restores: int | None = None,
    now: datetime,
) -> DocumentVersion:
    """Make a file, or a page's text, the newest version of the locked `document`. `words`: what a text file says."""
    document.version += 1
    size = file.size if file is not None else len(source.encode())
    made: DocumentVersion = DocumentVersion.objects.create(
        region=document.region,
        document=document,
        number=document.version,
        file=file,
        source=source,
        size=size,
        author_id=actor.account_id,
        note=note,
        restores=restores,
        at=now,
    )
    document.size, document.changed_at, document.pages = size, now, None
    document.bytes_kept = F("bytes_kept") + size
    said = source if document.kind == DocumentKind.PAGE else words
    document.text, document.html = said[:TEXT_MOST], ""
    if file is not None:
        document.media_type, document.extension = file.media_type, file.name.rpartition(".")[2][:8]
    if document.kind == DocumentKind.PAGE or document.media_type == "text/markdown":
        document.html = str(to_html(said))
    document.language = language.detect(f"{document.title}. {said[:500]}", default=document.language)
    document.save()
    document.refresh_from_db(fields=["bytes_kept"])
    if file is not None and file.media_type == "application/pdf":
        enqueue(look_into, region_id=document.region_id, version_id=made.pk)
    if actor.account_id is not None:
        follow(document.region, actor.account_id, (SUBJECT, document.pk))
    note_activity(document.space_id, now)
    return made


def add_page(actor: Actor, space: Space, folder: Folder | None, title: str, source: str, now: datetime) -> Document:
    """Write a page into the locked `space`: `title` and `source` have been checked. Raises NameTaken, QuotaReached."""
    require_room(space, len(source.encode()))
    if Document.objects.visible_to(actor).filter(space=space, folder=folder, title_key=key_of(title)).exists():
        raise NameTaken("title")
    made = make_document(actor, space, folder, free_title(space, folder, title, ""), DocumentKind.PAGE, now)
    add_version(actor, made, source=source, now=now)
    tell("documents.document.added", actor, made, bytes=made.size)
    return made


def rewrite_page(document: Document, change: Callable[[str], str]) -> None:
    """Change what every version of a page says, as if it had never said anything else."""
    for version in document.versions.exclude(source=""):
        said = change(version.source)
        if said == version.source:
            continue
        version.source, version.size = said, len(said.encode())
        version.save(update_fields=["source", "size"])
        if version.number == document.version:
            document.text, document.html, document.size = said[:TEXT_MOST], str(to_html(said)), version.size
            document.save(update_fields=["text", "html", "size"])
    recount_bytes(document)
    tell("documents.document.described", PLATFORM, document)


def tell(event: str, actor: Actor, document: Document, **more: object) -> None:
    """Record that something happened to `document`: ids only, no words."""
    record(
        event,
        region=document.region,
        actor=actor,
        subject=document,
        payload={"space": document.space_id, **more},
        touches={"document": [document.pk]},
    )


def narrow_audience(space: Space) -> str:
    """The token of those who manage `space`."""
    return "role:region_administrator" if space.kind == SpaceKind.REGION else f"{SCOPE}:{space.pk}:managers"


def refresh_audiences(space: Space) -> list[int]:
    """Give every folder and document of `space` the audience that follows from where it stands: the space's, or its
    managers' when it, or a folder above it, is for them. Returns the documents whose readers changed.
    """
    narrow = narrow_audience(space)
    folders = {row.pk: row for row in Folder.objects.filter(space=space)}

    def is_narrow(folder_id: int | None) -> bool:
        while folder_id is not None:
            if folders[folder_id].is_for_managers:
                return True
            folder_id = folders[folder_id].parent_id
        return False

    for row in folders.values():
        right = narrow if is_narrow(row.pk) else space.audience
        if row.audience != right:
            Folder.objects.filter(pk=row.pk).update(audience=right)
    wide_to_narrow: list[int] = []
    narrow_to_wide: list[int] = []
    rows = Document.objects.filter(space=space).values_list("pk", "folder", "is_for_managers", "audience")
    for number, folder_id, own, audience in rows:
        right = narrow if own or is_narrow(folder_id) else space.audience
        if audience != right:
            (wide_to_narrow if right == narrow else narrow_to_wide).append(number)
    Document.objects.filter(pk__in=wide_to_narrow).update(audience=narrow)
    Document.objects.filter(pk__in=narrow_to_wide).update(audience=space.audience)
    return sorted(wide_to_narrow + narrow_to_wide)


def follow_audience(space: Space) -> None:
    """The space has opened or closed: its documents have other readers now."""
    ids = refresh_audiences(space)
    if ids:
        record(
            "documents.audience.followed",
            region=space.region,
            actor=PLATFORM,
            subject=space,
            payload={"audience": space.audience},
            touches={"document": ids},
        )


def purge(documents: list[Document]) -> int:
    """Delete documents for good: rows, versions and files. Returns how many."""
    ids = [document.pk for document in documents]
    waiting = WaitingUpload.objects.filter(document__in=ids)
    files = StoredFile.objects.filter(subject_kind=WAITING, subject_id__in=list(waiting.values_list("pk", flat=True)))
    delete_files(files)
    delete_files(StoredFile.objects.filter(subject_kind=SUBJECT, subject_id__in=ids))
    for number in ids:
        forget_thing((SUBJECT, number))
    Document.objects.filter(pk__in=ids).delete()
    return len(ids)


def recount_bytes(document: Document) -> None:
    """Count what its versions take, after some files went."""
    kept = document.versions.exclude(file=None, source="").aggregate(total=Sum("size", default=0))["total"]
    Document.objects.filter(pk=document.pk).update(bytes_kept=kept)


def file_lost(number: int) -> None:
    """A file of a document was taken away by the platform: its version stays as one that is not kept, and what the
    newest one said is found no more if it was that one.
    """
    row = Document.objects.select_for_update(of=("self",)).select_related("region").filter(pk=number).first()
    if row is None:
        return
    newest = row.versions.exclude(file=None, source="").first()
    if newest is None or newest.number != row.version:
        row.text = row.html = ""
        row.pages = None
        row.save(update_fields=["text", "html", "pages"])
    recount_bytes(row)
    tell("documents.document.described", PLATFORM, row)


def upload_lost(number: int) -> None:
    """The file of an upload that waits was taken away by the platform: nothing is left to decide."""
    WaitingUpload.objects.filter(pk=number).delete()


def hide(actor: Actor, number: int, now: datetime) -> None:
    """Moderation hides it."""
    _set_hidden(actor, number, now, "documents.document.hidden")


def remove(actor: Actor, number: int, now: datetime) -> None:
    """Moderation removes it: as hidden, for good unless an appeal brings it back."""
    _set_hidden(actor, number, now, "documents.document.hidden")


def restore(actor: Actor, number: int, now: datetime) -> None:
    """It stands again."""
    _set_hidden(actor, number, None, "documents.document.unhidden")


def text(number: int) -> str:
    """What it says, for a report."""
    row = Document.objects.filter(pk=number).first()
    return "\n\n".join(part for part in (row.title, row.description, row.text[:20_000]) if part) if row else ""


def _set_hidden(actor: Actor, number: int, hidden_at: datetime | None, event: str) -> None:
    row = Document.objects.select_for_update(of=("self",)).filter(pk=number).select_related("region").first()
    if row is None:
        return
    row.hidden_at = hidden_at
    row.save(update_fields=["hidden_at"])
    tell(event, actor, row)
