# SPDX-License-Identifier: EUPL-1.2
"""What all pages of an organisation's desk share: whose desk it is, who may sit at it, and its sections."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filanda.directory.organisations.models import Organisation
from filanda.directory.organisations.queries import slug_of
from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide, require

__all__ = ["by_field", "desk_messages", "errors_in", "frame", "managed"]


# (name of the address, in this namespace; label; permission on the organisation that opens it)
SECTIONS: tuple[tuple[str, str | Promise, str], ...] = (
    ("overview", gettext_lazy("Overview"), "organisations.manage"),
    ("details", gettext_lazy("Details"), "organisations.update"),
    ("logo", gettext_lazy("Logo"), "organisations.update"),
    ("evidence", gettext_lazy("Evidence"), "organisations.evidence.create"),
    ("people", gettext_lazy("People"), "affiliations.people.manage"),
    ("topics", gettext_lazy("Topics"), "organisations.classify"),
    ("history", gettext_lazy("History"), "organisations.manage"),
    ("staff", gettext_lazy("For staff"), "organisations.hide"),
)


def managed(request: HttpRequest, organisation_id: int, permission: str = "organisations.manage") -> Organisation:
    """The organisation, for somebody who may do `permission` to it.

    Raises Http404 for one that the reader may not see at all, Forbidden with the reason otherwise.
    """
    actor = actor_of(request)
    seen = Organisation.objects.visible_to(actor)
    organisation: Organisation | None = seen.filter(pk=organisation_id).first()
    if organisation is None:
        raise Http404(_("No organisation that you can see has this address."))
    require(actor, permission, organisation)
    return organisation


def frame(request: HttpRequest, organisation: Organisation, section: str, title: str = "") -> dict[str, Any]:
    """The context of ownership/frame.html. section: a name of SECTIONS; title: of a page below it, else its label."""
    actor = actor_of(request)
    sections: list[dict[str, Any]] = [
        {
            "label": str(label),
            "url": reverse(f"ownership:{name}", args=[organisation.pk]),
            "is_current": name == section,
        }
        for name, label, permission in SECTIONS
        if decide(actor, permission, organisation)
    ]
    public_url = reverse("finder:organisation", args=[organisation.pk, slug_of(organisation.name)])
    current = next((entry for entry in sections if entry["is_current"]), None)
    crumbs: list[dict[str, Any]] = [
        {"label": organisation.name, "url": public_url},
        {"label": _("Manage"), "url": reverse("ownership:overview", args=[organisation.pk])},
    ]
    if section != "overview" and current is not None:
        crumbs.append({"label": current["label"], "url": current["url"]})
    if title:
        crumbs.append({"label": title, "url": ""})
    return {
        "organisation": organisation,
        "organisation_id": organisation.pk,
        "public_url": public_url,
        "sections": sections,
        "crumbs": crumbs,
        "messages": desk_messages(request),
        "heading": title or (current["label"] if current else _("Manage")),
    }


def desk_messages(request: HttpRequest) -> list[dict[str, str]]:
    """What was just done, once."""
    return [{"kind": message.level_tag, "text": str(message)} for message in get_messages(request)]


def errors_in(errors: dict[str, list[str]]) -> list[dict[str, str]]:
    """Errors by field, as forms.error_summary wants them; "" concerns the whole form."""
    return [{"name": name, "message": sentence} for name, sentences in errors.items() for sentence in sentences]


def by_field(problem: ValidationError) -> dict[str, list[str]]:
    """What a ValidationError says, by field; "" concerns the whole form."""
    if not hasattr(problem, "error_dict"):
        return {"": list(problem.messages)}
    return {("" if name == "__all__" else name): list(found) for name, found in problem.message_dict.items()}
