# SPDX-License-Identifier: EUPL-1.2
"""What is new in an open space, as an Atom feed (RFC 4287): what a visitor sees, whoever asks."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.ui.addresses import lead
from filanda.spaces.homes import news_of
from filanda.spaces.queries import space_at

__all__ = ["feed"]

ENTRIES_MOST = 30
FRESH_SECONDS = 300


@require_safe
@cache_control(public=True, max_age=FRESH_SECONDS)
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Closed spaces have none, for their members neither: a feed reader shows no second factor and keeps copies."""
    space = space_at(slug, VISITOR)
    if space is None or not space.is_open:
        raise Http404
    lines = news_of(VISITOR, space, None, ENTRIES_MOST)
    origin = f"{request.scheme}://{request.get_host()}"
    latest: datetime = max((line.at for _name, line in lines if line.at), default=space.created_at)
    made = _Feed(
        title=space.name,
        link=origin + reverse("spaces:home", args=[slug]),
        feed_url=origin + request.path,
        description=space.summary or space.name,
        language=get_language(),
        feed_guid=f"tag:{request.get_host().split(':')[0]},{space.created_at:%Y-%m-%d}:space-{space.pk}",
        latest=min(latest, now()),
    )
    for _name, line in lines:
        address = lead(line)
        made.add_item(
            title=line.title,
            link=origin + address,
            description=line.excerpt,
            author_name=line.author_name or space.name,
            pubdate=line.at,
            updateddate=line.at,
            unique_id=f"{origin}{reverse('spaces:home', args=[slug])}#{line.kind}-{line.id}",
        )
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


class _Feed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        latest: datetime = self.feed["latest"]
        return latest
