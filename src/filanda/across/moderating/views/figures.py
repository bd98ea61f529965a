# SPDX-License-Identifier: EUPL-1.2
"""How the region moderates, in figures: public."""

from __future__ import annotations

import csv

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from filanda.capabilities.moderation.models import (
    Category,
    Ground,
    Measure,
)
from filanda.capabilities.moderation.queries import figures, years
from filanda.kernel.identity.models import RoleGrant
from filanda.kernel.ui.numbers import whole


def _table(year: int) -> list[tuple[str, str]]:
    found = figures(year)
    resting_on, upheld, undone = _("Resting on"), _("Decision upheld"), _("Decision reversed")
    hours = "" if found.median_hours is None else f"{found.median_hours:.1f}"
    return [
        (_("Reports received"), str(found.reports)),
        *((f"· {Category(name).label}", str(count)) for name, count in found.by_category.items()),
        (_("Median time from report to decision, hours"), hours),
        (_("Decisions"), str(sum(found.by_measure.values()))),
        *((f"· {Measure(name).label}", str(count)) for name, count in found.by_measure.items()),
        *((f"· {resting_on}: {Ground(name).label}", str(count)) for name, count in sorted(found.by_ground.items())),
        (_("Appeals"), str(found.appeals)),
        (f"· {upheld}", str(found.upheld)),
        (f"· {undone}", str(found.reversed)),
        (_("Manifestly unfounded reports"), str(found.unfounded)),
        (_("Decisions taken by automated means"), "0"),
    ]


def _year(request: HttpRequest) -> int:
    this = now().year
    return whole(request.GET.get("year"), least=2000, most=this, default=this)


@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    """How this region moderates, in figures (DSA art. 15 and 24): public."""
    year = _year(request)
    staff = RoleGrant.objects.filter(role__in=["facilitator", "region_administrator"], ended_at=None)
    context = {
        "year": year,
        "years": sorted({now().year, *years()}, reverse=True),
        "rows": _table(year),
        "people": staff.values("account").distinct().count(),
        "csv_url": f"{reverse('moderation:figures')}?year={year}",
    }
    return render(request, "moderating/transparency.html", context)


@require_safe
def figures_csv(request: HttpRequest) -> HttpResponse:
    """The same figures as CSV."""
    year = _year(request)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="transparency-{year}.csv"'
    writer = csv.writer(answer)
    writer.writerow([_("Figure"), str(year)])
    writer.writerows(_table(year))
    return answer
