# SPDX-License-Identifier: EUPL-1.2
"""Documents plug in as a component of spaces."""

from __future__ import annotations

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.components.documents import steps, telling
from filanda.components.documents.demo.seeding import seed_documents
from filanda.components.documents.models import SUBJECT
from filanda.components.documents.policies import PERMISSIONS, register_files
from filanda.components.documents.queries import NEWS, ids, lines, room_of
from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData, Retention, SearchSource
from filanda.kernel.manifests.things import Enforcement, Notice, Thing
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.components import ComponentKind, register_component

register_component(
    ComponentKind(
        name="documents",
        label=_("Documents"),
        url_name="documents:folder",
        position=20,
        follow_audience=steps.follow_audience,
        news=NEWS,
        room=room_of,
        search_kind=SUBJECT,
    )
)
register_files(file_lost=steps.file_lost, upload_lost=steps.upload_lost)


def _demo(actor: Actor) -> None:
    region = ensure_region()
    with in_region(region):
        seed_documents(actor, region, now())


def _event(name: str, label: object) -> EventType:
    return EventType(name, label, Audience.STAFF, Erasure.NOTHING)  # type: ignore[arg-type]


manifest = Manifest(
    permissions=PERMISSIONS,
    events=(
        # Payloads hold ids, numbers and sizes, never names of documents or folders.
        _event("documents.document.added", _("A document was added")),
        _event("documents.documents.announced", _("Several documents were announced together")),
        _event("documents.version.added", _("A newer version of a document came")),
        _event("documents.version.restored", _("An earlier version of a document was brought back")),
        _event("documents.document.looked_into", _("A document’s words were read, to be found")),
        _event("documents.document.described", _("A document was renamed or described")),
        _event("documents.document.moved", _("A document was moved")),
        _event("documents.document.locked", _("A document was locked, or unlocked")),
        _event("documents.document.restricted", _("It was said who sees a document")),
        _event("documents.document.removed", _("A document was put into the bin")),
        _event("documents.document.brought_back", _("A document was taken out of the bin")),
        _event("documents.document.purged", _("A document was deleted for good")),
        _event("documents.document.hidden", _("A document was hidden")),
        _event("documents.document.unhidden", _("A document was shown again")),
        _event("documents.folder.created", _("A folder was made")),
        _event("documents.folder.changed", _("A folder was renamed or moved")),
        _event("documents.folder.restricted", _("It was said who sees a folder")),
        _event("documents.folder.removed", _("A folder was removed")),
        _event("documents.audience.followed", _("A community opened or closed, and its documents with it")),
        _event("documents.demo.seeded", _("Invented documents were made")),
    ),
    search_sources=(SearchSource(SUBJECT, telling.documents, ids),),
    things=(
        Thing(
            SUBJECT,
            _("Document"),
            lines,
            is_followed=True,
            is_bookmarked=True,
            enforcement=Enforcement(steps.hide, steps.remove, steps.restore, steps.text),
            url_names=("documents:document",),
            find=lambda match: match.get("number"),
        ),
    ),
    notices=(
        Notice(
            "documents.document.added",
            "documents",
            telling.recipients,
            telling.about,
            telling.added,
            telling.space_of,
        ),
        Notice(
            "documents.documents.announced",
            "documents",
            telling.recipients,
            telling.about,
            telling.several,
            telling.space_of,
        ),
        Notice(
            "documents.version.added",
            "documents",
            telling.recipients,
            telling.about,
            telling.newer,
            telling.space_of,
        ),
    ),
    personal_data=(
        PersonalData("documents", _("Documents you brought"), telling.collect, telling.erase, telling.files),
    ),
    retention=(
        Retention("documents.bin", _("Removed documents of communities"), 30, telling.empty_bin),
        Retention("documents.waiting", _("Uploads about which nobody said what they are"), 2, telling.sweep_waiting),
    ),
    demo=_demo,
)
