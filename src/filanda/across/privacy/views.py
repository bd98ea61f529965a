# SPDX-License-Identifier: EUPL-1.2
"""My data: what there is, taking it out, leaving and changing one's mind."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.privacy import actions, packing
from filanda.across.privacy.models import ARCHIVE_LASTS, TIME_TO_THINK, Archive
from filanda.across.privacy.queries import (
    is_elsewhere,
    is_only_administrator,
    leaving_of,
    left_without_admins,
    retention_table,
)
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.legal.actions import withdraw_consent
from filanda.kernel.legal.models import Consent
from filanda.kernel.legal.queries import consents_of
from filanda.kernel.manifests import manifests
from filanda.kernel.policies import Decision, Forbidden
from filanda.kernel.regions.models import Region
from filanda.kernel.signin.factors import require_fresh

CHOICES = {"stay": True, "go": False}


def _me(request: HttpRequest) -> tuple[Region, Actor, Account]:
    """The region and who reads. Raises Forbidden for visitors."""
    actor = actor_of(request)
    if actor.account_id is None:
        raise Forbidden(Decision(False, _("Sign in first: this page is about you.")))
    return request.region, actor, request.user  # type: ignore[attr-defined,return-value]


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What there is, the archive if there is one, and whether they are leaving."""
    region, actor, account = _me(request)
    archive = Archive.objects.visible_to(actor).first()
    context = {
        "archive": archive,
        "is_usable": archive is not None and archive.expires_at is not None and archive.expires_at > now(),
        "size": filesizeformat(archive.size) if archive is not None else "",
        "leaving": leaving_of(actor),
        "consents": [
            {
                "id": one.pk,
                "label": one.text.get_kind_display(),
                "url": reverse("legal-version", args=[one.text.kind, one.text.version]),
                "version": one.text.version,
                "given_at": one.given_at,
                "withdrawn_at": one.withdrawn_at,
            }
            for one in consents_of(account.pk)
        ],
        "kinds": _kinds(),
        "kept": [[line.label, str(line.days)] for line in retention_table(region)],
        "stayed": "stayed" in request.GET,
        "withdrew": "withdrew" in request.GET,
        "lasts_days": ARCHIVE_LASTS.days,
        "think_days": TIME_TO_THINK.days,
    }
    return render(request, "privacy/mine.html", context)


def _kinds() -> list[str]:
    """What rooms keep about people, in words."""
    return [str(data.label) for manifest in manifests().values() for data in manifest.personal_data]


@require_POST
def withdraw(request: HttpRequest, consent_id: int) -> HttpResponse:
    """Take back what one agreed to; as easy as agreeing was (Regulation (EU) 2016/679, article 7)."""
    _region, actor, account = _me(request)
    found = Consent.objects.filter(account=account, pk=consent_id).first()
    if found is None:
        raise Http404
    withdraw_consent(actor=actor, consent=found, now=now())
    return redirect(reverse("privacy:mine") + "?withdrew=1#consents")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_fresh
def take_out(request: HttpRequest) -> HttpResponse:
    """Ask for the archive, by somebody who has shown again that it is them."""
    region, actor, account = _me(request)
    if request.method == "POST":
        language = get_language() or region.default_language
        actions.ask_for_archive(actor=actor, region=region, account=account, language=language, now=now())
        return redirect("privacy:mine")
    return render(request, "privacy/take_out.html", {"kinds": _kinds(), "lasts_days": ARCHIVE_LASTS.days})


@never_cache
@require_safe
@require_fresh  # type: ignore[arg-type]  # a file is streamed
def archive(request: HttpRequest) -> HttpResponseBase:
    """The archive itself: for its owner alone, for seven days."""
    region, actor, _account = _me(request)
    found = Archive.objects.visible_to(actor).usable(now()).first()
    if found is None:
        raise Http404
    try:
        opened = packing.storage().open(found.key)
    except OSError:
        raise Http404 from None
    day = f"{found.ready_at:%Y-%m-%d}"
    name = _("my-data")
    response = FileResponse(opened, as_attachment=True, filename=f"{name}-{region.slug}-{day}.zip")
    response.headers["Content-Encoding"] = "identity"  # packed already
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_fresh
def leave(request: HttpRequest) -> HttpResponse:
    """What leaving means, and doing it."""
    region, actor, account = _me(request)
    problem = ""
    if request.method == "POST":
        chosen = CHOICES.get(request.POST.get("contributions", ""))
        if chosen is not None:
            try:
                actions.ask_to_leave(
                    actor=actor,
                    region=region,
                    account=account,
                    keeps=chosen,
                    language=get_language() or region.default_language,
                    now=now(),
                )
            except actions.LastAdministrator as error:
                problem = str(error)
            else:
                return redirect("privacy:mine")
        else:
            problem = _("Choose what becomes of what you contributed.")
    leaving = leaving_of(actor)
    context: dict[str, Any] = {
        "problem": problem,
        "errors": [{"name": "contributions-stay", "message": problem}] if problem else [],
        "leaving": leaving,
        "chosen": "" if leaving is None else "stay" if leaving.keeps_contributions else "go",
        "alone_in": left_without_admins(account),
        "is_only_administrator": is_only_administrator(account),
        "is_elsewhere": is_elsewhere(account, region),
        "think_days": TIME_TO_THINK.days,
    }
    return render(request, "privacy/leave.html", context, status=422 if problem else 200)


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Change one's mind: one tap."""
    region, actor, account = _me(request)
    actions.stay(actor=actor, region=region, account=account, now=now())
    response = redirect("privacy:mine")
    response.headers["Location"] += "?stayed=1"
    return response
