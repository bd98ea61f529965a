# SPDX-License-Identifier: EUPL-1.2
"""The team's load and clocks; the figures for the head of service, as tables, pictures and CSV."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from filanda.across.workbench.figures import BY, FEWEST, Group, Load, Service, service
from filanda.across.workbench.figures import team as team_of
from filanda.across.workbench.framing import base
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.kept import Kept
from filanda.kernel.policies import require
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.text.cells import harmless
from filanda.kernel.ui.moments import number

__all__ = ["figures", "figures_csv", "team"]

PERIODS = {"90": 90, "365": 365, "1095": 1095}  # days
MOST_BARS = 15
BAR, GAP = 22, 8  # of the pictures


@never_cache
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Who has how much, and what went over its target."""
    actor = actor_of(request)
    require(actor, "desk.team")
    found = team_of(actor, now())
    context = base(request, "team") | {
        "people": [_load(one) for one in [*found.people, found.nobody]],
        "kinds": [_load(one) for one in found.kinds],
        "check": found.check,
        "mended": sum(found.check.mended.values()) if found.check else 0,
        "here": reverse("workbench:team"),
        "most": max([one.open for one in [*found.people, found.nobody]] or [1]) or 1,
    }
    return render(request, "workbench/team.html", context)


def _load(one: Load) -> dict[str, Any]:
    return {
        "name": one.name,
        "open": one.open,
        "overdue": one.overdue,
        "oldest_due": one.oldest_due,
        "done": one.done,
        "late": one.late,
        "in_time": f"{one.in_time} %" if one.in_time is not None else "–",
        "until": date.fromisoformat(one.until) if one.until else None,
        "deputy": one.deputy,
    }


@never_cache
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """?days= one of PERIODS."""
    actor = actor_of(request)
    require(actor, "desk.figures")
    days = _days(request)
    counted_at, found = _service(actor, days)
    context = base(request, "figures") | {
        "whole": _line(found.whole),
        "tables": [
            {
                "by": by,
                "title": title,
                "rows": [_line(group) for group in found.groups[by]],
                "bars": _bars(found.groups[by]),
                "csv_url": _csv_url(by, days),
            }
            for by, title in _titles().items()
        ],
        "periods": [
            {
                "label": label,
                "url": f"{reverse('workbench:figures')}?{urlencode({'days': value})}",
                "is_on": value == days,
            }
            for value, label in (("90", _("90 days")), ("365", _("One year")), ("1095", _("Three years")))
        ],
        "csv_url": _csv_url("region", days),
        "fewest": FEWEST,
        "counted_at": counted_at,
        "here": reverse("workbench:figures"),
    }
    return render(request, "workbench/figures.html", context)


_kept: Kept[tuple[object, ...], tuple[datetime, Service]] = Kept(300.0)


def _service(actor: Actor, days: str) -> tuple[datetime, Service]:
    """The figures of the last `days`, and when they were counted: within the last five minutes, for somebody who sees
    the same communities, in the same language.
    """
    until = now()
    key = (active_region().pk, get_language(), days, actor.account_id, actor.roles, actor.scoped)
    return _kept.get(key, lambda: (until, service(actor, until - timedelta(days=PERIODS[days]), until)))


def _titles() -> dict[str, str]:
    return {"community": _("By community"), "priority": _("By S3 priority"), "role": _("By helix role")}


def _csv_url(by: str, days: str) -> str:
    return f"{reverse('workbench:figures-csv', args=[by])}?{urlencode({'days': days})}"


def _days(request: HttpRequest) -> str:
    wanted = request.GET.get("days", "")
    return wanted if wanted in PERIODS else "365"


def _count(value: int) -> str:
    """Small numbers are not said."""
    return str(number(value)) if value == 0 or value >= FEWEST else f"< {FEWEST}"


def _line(group: Group) -> dict[str, str]:
    answered, made, confirmed = group.shares
    return {
        "label": group.label,
        "proposals": _count(group.proposals),
        "days": str(number(group.median_days)) if group.median_days is not None else "–",
        "answered": _percent(answered),
        "settled": _count(group.settled),
        "made": _percent(made),
        "reported": _count(group.reported),
        "confirmed": _percent(confirmed),
    }


def _percent(value: int | None) -> str:
    return "–" if value is None else f"{value} %"


def _bars(groups: list[Group]) -> dict[str, Any] | None:
    """The share of proposals answered, as bars; groups that are too small have none."""
    shown = [(group.label, group.shares[0]) for group in groups if group.shares[0] is not None][:MOST_BARS]
    if not shown:
        return None
    return {
        "height": len(shown) * (BAR + GAP),
        "items": [
            {
                "label": label,
                "share": share,
                "y": place * (BAR + GAP),
                "text_y": place * (BAR + GAP) + 16,
            }
            for place, (label, share) in enumerate(shown)
        ],
    }


@never_cache
@require_safe
def figures_csv(request: HttpRequest, by: str) -> HttpResponse:
    """One table: community, priority, role, or region. Small numbers are as on the page."""
    actor = actor_of(request)
    require(actor, "desk.figures")
    if by not in (*BY, "region"):
        raise Http404
    days = _days(request)
    _counted_at, found = _service(actor, days)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    day = datetime.now(UTC).date().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="service-{by}-{day}.csv"'
    written = csv.writer(answer)
    written.writerow(
        ["group", "proposals", "median_days_to_first_answer", "answered_percent", "introductions_settled",
         "introductions_accepted_percent", "collaborations_reported", "collaborations_confirmed_percent"]
    )  # fmt: skip
    for group in [found.whole] if by == "region" else found.groups[by]:
        answered, made, confirmed = group.shares
        cells = [_cell(group.proposals), group.median_days, answered, _cell(group.settled), made, _cell(group.reported)]
        written.writerow([harmless(group.label), *("" if cell is None else cell for cell in [*cells, confirmed])])
    return answer


def _cell(value: int) -> int | str:
    return value if value == 0 or value >= FEWEST else f"<{FEWEST}"
