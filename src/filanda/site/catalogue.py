# SPDX-License-Identifier: EUPL-1.2
"""The living catalogue of interface parts, for those who build screens: in a demonstration, else for staff."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from filanda.kernel.policies import require
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.ui.catalogue import samples


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        require(request.actor, "site.catalogue.view")  # type: ignore[attr-defined]
    return render(request, "ui/catalogue.html", samples(now(), active_region().shapes))
