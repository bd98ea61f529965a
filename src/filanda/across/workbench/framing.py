# SPDX-License-Identifier: EUPL-1.2
"""What the pages of the workbench share: who asks, the links between them, what was just done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from filanda.kernel.identity.requests import actor_of
from filanda.kernel.policies import decide
from filanda.kernel.regions.models import Region
from filanda.kernel.ui.addresses import address
from filanda.kernel.ui.numbers import id_in

__all__ = ["base", "region_of", "tell", "told", "whole"]


def region_of(request: HttpRequest) -> Region:
    region: Region = request.region  # type: ignore[attr-defined]
    return region


def whole(text: str | None, *, most: int | None = None, default: int = 0) -> int:
    """A whole number from an address or form; anything else is `default`."""
    found = id_in(text)
    return default if found is None or (most is not None and found > most) else found


def tell(request: HttpRequest, sentence: str, *, kind: str = "good", batch: str = "") -> None:
    """Keep a sentence for the next page; with `batch`, it offers to undo."""
    level = messages.SUCCESS if kind == "good" else messages.WARNING
    messages.add_message(request, level, sentence, extra_tags=batch)


def told(request: HttpRequest) -> list[dict[str, str]]:
    """What was just done, once."""
    return [
        {
            "kind": "good" if one.level == messages.SUCCESS else "warn",
            "text": str(one.message),
            "undo_url": _undo_at(one.extra_tags or ""),
        }
        for one in messages.get_messages(request)
    ]


def _undo_at(tag: str) -> str:
    """Where what was done is undone: of a move of ours by its batch; a room says at which address of its own."""
    return tag if not tag or tag.startswith("/") else address("workbench:undo", tag)


def base(request: HttpRequest, here: str) -> dict[str, Any]:
    """The links between the pages of the workbench, for those who may follow them; `here`: the name of this one."""
    actor = actor_of(request)
    pages = [
        ("queue", _("What waits"), "desk.work"),
        ("team", _("Team"), "desk.team"),
        ("figures", _("Figures"), "desk.figures"),
        ("replies", _("Saved replies"), "desk.work"),
        ("absences", _("Absences"), "desk.work"),
    ]
    return {
        "tabs": [
            {"label": label, "url": address(f"workbench:{name}"), "is_here": name == here}
            for name, label, permission in pages
            if decide(actor, permission)
        ],
        "told": told(request),
    }
