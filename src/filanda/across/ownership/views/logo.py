# SPDX-License-Identifier: EUPL-1.2
"""The organisation's logo: the one there is, another one, or none."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from filanda.across.ownership.framing import errors_in, frame, managed
from filanda.capabilities.files.actions import FileRefused, remove, store
from filanda.capabilities.files.inspecting import LOGO_BYTES
from filanda.capabilities.files.models import FileKind, StoredFile
from filanda.capabilities.files.queries import files_of, logos_of
from filanda.capabilities.files.receiving import MB, FileTooBig, received, takes_files
from filanda.kernel.identity.requests import actor_of

__all__ = ["logo", "remove_logo"]


@takes_files(LOGO_BYTES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def logo(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """POST logo: a picture."""
    organisation = managed(request, organisation_id, "organisations.update")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            upload = received(request, "logo")
            if upload is None:
                errors["logo"] = [_("Choose a picture first.")]
            else:
                store(
                    actor=actor_of(request),
                    region=organisation.region,
                    subject=("organisation", organisation.pk),
                    kind=FileKind.LOGO,
                    upload=upload,
                )
        except (FileTooBig, FileRefused) as error:
            errors["logo"] = [str(error)]
        if not errors:
            messages.success(request, _("The logo is there."))
            return redirect("ownership:logo", organisation_id=organisation.pk)
    context = frame(request, organisation, "logo") | {
        "logo": logos_of("organisation", [organisation.pk]).get(organisation.pk),
        "errors": {"logo": errors.get("logo", [])},
        "summary": errors_in(errors),
        "most": LOGO_BYTES // MB,
        "remove_url": reverse("ownership:logo-remove", args=[organisation.pk]),
    }
    return render(request, "ownership/logo.html", context, status=422 if errors else 200)


@require_POST
def remove_logo(request: HttpRequest, organisation_id: int) -> HttpResponse:
    organisation = managed(request, organisation_id, "organisations.update")
    found: StoredFile | None = (
        files_of(("organisation", organisation.pk), actor_of(request)).filter(kind=FileKind.LOGO).first()
    )
    if found is not None:
        remove(actor=actor_of(request), file=found)
        messages.success(request, _("The logo was removed."))
    return redirect("ownership:logo", organisation_id=organisation.pk)
