# SPDX-License-Identifier: EUPL-1.2
"""Invented documents for the communities of the demonstration: a few pages and small text files each."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from filanda.capabilities.files.sharing import inspect_shared
from filanda.components.documents.models import SUBJECT, Document, DocumentKind, Folder
from filanda.components.documents.steps import add_version, keep_upload, key_of
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region
from filanda.spaces.demo.texts import CommunityText, DocumentText, communities, document
from filanda.spaces.models import Membership, MembershipState, Space

__all__ = ["seed_documents"]


def seed_documents(actor: Actor, region: Region, now: datetime) -> None:
    """Three to six documents for each invented community, once."""
    spaces = {space.slug: space for space in Space.objects.communities().filter(region=region, is_invented=True)}
    if not spaces or Document.objects.filter(space__in=list(spaces.values())).exists():
        return
    require(actor, "documents.seed")
    members: dict[int, list[int]] = {}
    rows = Membership.objects.filter(space__in=list(spaces.values()), state=MembershipState.ACTIVE).order_by("pk")
    for space_id, account_id in rows.values_list("space", "account"):
        members.setdefault(space_id, []).append(account_id)
    chance = random.Random(f"documents of {region.slug}")  # noqa: S311 - invented texts, no secret
    for text in communities():
        space = spaces.get(text.slug)
        if space is None or not members.get(space.pk):
            continue
        with transaction.atomic():
            made = _seed(actor, space, text, members[space.pk], chance, now)
            record(
                "documents.demo.seeded",
                region=region,
                actor=actor,
                subject=space,
                payload={"documents": len(made)},
                touches={SUBJECT: made},
            )


def _seed(
    actor: Actor, space: Space, text: CommunityText, members: list[int], chance: random.Random, now: datetime
) -> list[int]:
    last_active = space.last_active_at
    folders: dict[str, Folder] = {}
    titles: set[str] = set()
    made = []
    for number in range(chance.choice((3, 4, 4, 5, 6))):
        words = document(text, number)
        if key_of(words.title) in titles:
            continue
        titles.add(key_of(words.title))
        folder = folders.get(words.folder)
        if folder is None:
            folder = folders[words.folder] = Folder.objects.create(
                region=space.region,
                space=space,
                name=words.folder,
                name_key=key_of(words.folder),
                audience=space.audience,
                created_at=now - timedelta(days=300),
            )
        at = now - timedelta(days=chance.uniform(2, 290))
        who = Actor(account_id=chance.choice(members[:12]))
        made.append(_document(who, space, folder, words, is_page=chance.random() < 0.5, at=at).pk)
    Space.objects.filter(pk=space.pk).update(last_active_at=last_active)
    return made


def _document(
    who: Actor, space: Space, folder: Folder, words: DocumentText, *, is_page: bool, at: datetime
) -> Document:
    row: Document = Document.objects.create(
        region=space.region,
        space=space,
        folder=folder,
        kind=DocumentKind.PAGE if is_page else DocumentKind.FILE,
        title=words.title[:200],
        title_key=key_of(words.title[:200], "" if is_page else "md"),
        language=words.language,
        audience=space.audience,
        author_id=who.account_id,
        created_at=at,
        changed_at=at,
    )
    body = words.content.partition("\n\n")[2] or words.content
    if is_page:
        add_version(who, row, source=body, now=at)
        return row
    content = words.content.encode()
    named = ContentFile(content, name=words.file_name)
    upload = SimpleUploadedFile(words.file_name, content, "text/markdown")
    kept = keep_upload(who, space, (SUBJECT, row.pk), upload, inspect_shared(named), at)
    add_version(who, row, file=kept, words=words.content, now=at)
    return row
