# SPDX-License-Identifier: EUPL-1.2
"""Invented news for the communities of the demonstration."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db import transaction

from filanda.components.news.models import NewsItem, NewsState
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.regions.models import Region
from filanda.kernel.text.markdown import to_html
from filanda.spaces.demo.texts import communities, news
from filanda.spaces.demo.texts.slots import dated
from filanda.spaces.models import MemberRole, Membership, MembershipState, Space

__all__ = ["seed_news"]


def seed_news(actor: Actor, region: Region, now: datetime) -> None:
    """Two or three pieces of news for each invented community, once."""
    spaces = {space.slug: space for space in Space.objects.communities().filter(region=region, is_invented=True)}
    if not spaces or NewsItem.objects.filter(space__in=list(spaces.values())).exists():
        return
    managers = dict(
        Membership.objects.filter(
            space__in=list(spaces.values()), state=MembershipState.ACTIVE, role=MemberRole.MANAGER
        ).values_list("space", "account")
    )
    chance = random.Random(f"news of {region.slug}")  # noqa: S311 - invented texts, no secret
    rows = []
    for community in communities():
        space = spaces.get(community.slug)
        if space is None:
            continue
        for number in range(chance.choice((1, 2, 2, 3))):
            text = news(community, number)
            at = now - timedelta(days=chance.uniform(1, 240))
            title, summary, body = (
                dated(words, at.date(), at.date(), text.language) for words in (text.title, text.summary, text.body)
            )
            rows.append(
                NewsItem(
                    region=region,
                    space=space,
                    audience=space.audience,
                    title=title[:200],
                    summary=summary[:400],
                    source=body,
                    html=str(to_html(body)),
                    language=text.language,
                    author_id=managers.get(space.pk),
                    state=NewsState.PUBLISHED,
                    state_changed_at=at,
                    published_at=at,
                    created_at=at,
                )
            )
    newest = sorted((row for row in rows if row.audience == "public"), key=lambda row: row.published_at or now)
    for row in newest[-3:]:
        row.is_on_front = True
    with transaction.atomic():
        made = NewsItem.objects.bulk_create(rows, batch_size=500)
        record(
            "news.demo.seeded",
            region=region,
            actor=actor,
            payload={"items": len(made)},
            touches={"news": [row.pk for row in made]},
        )
