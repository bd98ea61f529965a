# SPDX-License-Identifier: EUPL-1.2
"""News plug in as a component of spaces."""

from __future__ import annotations

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from filanda.components.news import steps, telling
from filanda.components.news.demo.seeding import seed_news
from filanda.components.news.policies import PERMISSIONS
from filanda.components.news.queries import NEWS, lines
from filanda.directory.organisations.demo.seeds import ensure_region
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest, PersonalData, SearchSource
from filanda.kernel.manifests.things import Enforcement, Notice, Thing
from filanda.kernel.regions.scoped import in_region
from filanda.spaces.components import ComponentKind, register_component

register_component(
    ComponentKind(
        name="news",
        label=_("News"),
        url_name="news:list",
        position=40,
        follow_audience=steps.follow_audience,
        news=NEWS,
        search_kind="news",
    )
)


def _demo(actor: Actor) -> None:
    region = ensure_region()
    with in_region(region):
        seed_news(actor, region, now())


def _event(name: str, label: object, audience: Audience = Audience.STAFF) -> EventType:
    return EventType(name, label, audience, Erasure.NOTHING)  # type: ignore[arg-type]


manifest = Manifest(
    permissions=PERMISSIONS,
    events=(
        _event("news.item.written", _("News were written")),
        _event("news.item.edited", _("News were changed")),
        _event("news.item.scheduled", _("News were scheduled")),
        _event("news.item.published", _("News came out")),
        _event("news.item.withdrawn", _("News were taken back")),
        _event("news.item.put_on_front", _("News were put on the front page, or taken off it")),
        _event("news.item.hidden", _("News were hidden")),
        _event("news.item.restored", _("News were shown again")),
        _event("news.audience.followed", _("A community opened or closed, and its news with it")),
        _event("news.demo.seeded", _("Invented news were made")),
    ),
    search_sources=(SearchSource("news", telling.documents, telling.ids),),
    things=(
        Thing(
            "news",
            _("News"),
            lines,
            is_followed=True,
            is_bookmarked=True,
            enforcement=Enforcement(steps.hide, steps.remove, steps.restore, steps.text),
            url_names=("news:item",),
            find=lambda match: match.get("number"),
        ),
    ),
    notices=(
        Notice(
            "news.item.published",
            "news",
            telling.recipients,
            telling.about,
            telling.sentence,
            telling.space_of,
        ),
        Notice("news.item.edited", "news", telling.its_followers, telling.about, telling.corrected, telling.space_of),
    ),
    personal_data=(PersonalData("news", _("News you wrote"), telling.collect, telling.erase),),
    demo=_demo,
)
