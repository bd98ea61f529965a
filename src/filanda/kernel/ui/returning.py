# SPDX-License-Identifier: EUPL-1.2
"""Back to where somebody came from: a list from which a room's page was asked to do something."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

__all__ = ["back_or"]


def back_or(request: HttpRequest, otherwise: str) -> str:
    """The address in the form's `next`, if it is one of ours; else `otherwise`."""
    wanted = request.POST.get("next", "")
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else otherwise
