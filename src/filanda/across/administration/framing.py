# SPDX-License-Identifier: EUPL-1.2
"""What the administration's pages share: who acts, the sections they may open, pages of lists."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide

__all__ = ["errors_in", "frame"]


# (name of the address; label; permission that opens it)
SECTIONS: tuple[tuple[str, str | Promise, str], ...] = (
    ("administration:roles", gettext_lazy("Roles"), "administration.roles.view"),
    ("administration:region", gettext_lazy("Region settings"), "administration.region.change"),
    ("administration:legal", gettext_lazy("Legal texts"), "legal.publish"),
    ("administration:journal", gettext_lazy("Journal"), "administration.journal.view"),
    ("administration:feedback", gettext_lazy("Feedback"), "legal.feedback.handle"),
    ("administration:jobs", gettext_lazy("Queue of jobs"), "administration.jobs.view"),
)


def frame(request: HttpRequest, section: str, heading: str, below: str = "") -> dict[str, Any]:
    """The context of administration/frame.html. section: a name of SECTIONS; below: the title of a page under it."""
    actor = actor_of(request)
    sections: list[dict[str, Any]] = [
        {"label": str(label), "url": reverse(name), "is_current": name == section}
        for name, label, permission in SECTIONS
        if decide(actor, permission)
    ]
    crumbs = [{"label": str(gettext_lazy("Home")), "url": reverse("administration:home")}]
    current = next((entry for entry in sections if entry["is_current"]), None)
    if below and current is not None:
        crumbs.append({"label": current["label"], "url": current["url"]})
    crumbs.append({"label": below or heading, "url": ""})
    return {"sections": sections, "heading": below or heading, "crumbs": crumbs}


def errors_in(errors: dict[str, list[str]]) -> list[dict[str, str]]:
    """Errors by field, as forms.error_summary wants them; "" concerns the whole form."""
    return [{"name": name, "message": sentence} for name, sentences in errors.items() for sentence in sentences]
