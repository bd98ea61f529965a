# SPDX-License-Identifier: EUPL-1.2
"""What only a demonstration has: signing in as an invented member of staff, in an invented region."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.timezone import now
from django.utils.translation import get_language, override
from django.views.decorators.http import require_POST

from filanda.kernel.identity.actors import PLATFORM
from filanda.kernel.identity.models import Role
from filanda.kernel.identity.sessions import mark_second_factor
from filanda.kernel.regions.scoped import active_region
from filanda.kernel.signin.actions import grant_role
from filanda.kernel.signin.opening import open_session

PEOPLE = {
    "facilitator": (Role.FACILITATOR, "facilitator@altariva.example", "Giulia Ferrandi"),
    "administrator": (Role.REGION_ADMINISTRATOR, "administrator@altariva.example", "Tommaso Belli"),
}


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """POST role=facilitator|administrator, and the language of the page.

    Not there outside a demonstration, nor in a region of real people.
    """
    region = active_region()
    if not settings.DEMO or not region.is_invented:
        raise Http404
    person = PEOPLE.get(request.POST.get("role", ""))
    if person is None:
        return HttpResponseBadRequest("role: facilitator, administrator\n", content_type="text/plain")
    role, email, name = person
    account = grant_role(actor=PLATFORM, region=region, email=email, role=role, now=now(), name=name, is_invented=True)
    open_session(request, account)
    mark_second_factor(request, "demo")
    language = request.POST.get("language", "")
    with override(language if language in dict(settings.LANGUAGES) else get_language()):
        return redirect(settings.LOGIN_REDIRECT_URL)
