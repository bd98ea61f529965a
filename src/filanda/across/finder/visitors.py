# SPDX-License-Identifier: EUPL-1.2
"""Who is at the other end of a request, as far as limits need to know."""

from __future__ import annotations

from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from filanda.kernel.limits import TooMany, address_of

__all__ = ["address_of", "wait_sentence"]


def wait_sentence(limit: TooMany, now: datetime) -> str:
    """Why there is no answer now, and from when on there is one."""
    minutes = -(-limit.retry_after // 60)
    if minutes <= 90:
        again = ngettext("in %(n)s minute", "in %(n)s minutes", minutes) % {"n": minutes}
    else:
        local = timezone.localtime(limit.again_at)
        again = _("from %(moment)s on") % {"moment": formats.date_format(local, "SHORT_DATETIME_FORMAT")}
    return _(
        "So many came from your connection that we take a short break, to keep the service quick for everybody. "
        "Your text is still here: send it again %(again)s."
    ) % {"again": again}
