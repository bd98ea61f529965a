# SPDX-License-Identifier: EUPL-1.2
"""What goes out by e-mail: acknowledgements (DSA art. 16(4)), outcomes (16(5)), statements of reasons (17). These go
whatever somebody chose to be told: they are owed.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from filanda.capabilities.moderation.links import report_path
from filanda.capabilities.moderation.models import APPEAL_WITHIN, Appeal, Decision, Measure, Report
from filanda.directory.people.languages import language_of
from filanda.kernel.identity.models import Account
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.ui.moments import day_of

__all__ = ["acknowledge", "send_outcome", "send_statement"]


def acknowledge(report: Report) -> None:
    """Tell whoever reported that it has arrived."""
    _to_reporter(report, "moderation/mail/received", {})


def send_outcome(report: Report, decision: Decision, *, appeal: Appeal | None = None) -> None:
    """Tell whoever reported what was decided, and how to object."""
    _to_reporter(report, "moderation/mail/outcome", {"decision": decision, "appeal": appeal})


def send_statement(decision: Decision, report: Report | None, *, appeal: Appeal | None = None) -> None:
    """The statement of reasons, to the author."""
    author = decision.author
    if author is None or not author.is_active:
        return
    language = language_of(author, decision.region)
    about = report or decision.first_report()
    context = {**_facts(decision, appeal, language), "title": about.title if about is not None else ""}
    context["url"] = absolute(decision.region, language, reverse("moderation:decision", args=[decision.pk]))
    _post(decision, author.email, author, "moderation/mail/statement", language, context)


def _to_reporter(report: Report, template: str, about: dict[str, Any]) -> None:
    account = report.reporter
    if account is not None and not account.is_active:
        return
    to = account.email if account is not None else report.reporter_email
    if not to:
        return
    language = language_of(account, report.region) if account is not None else report.language
    decision, appeal = about.get("decision"), about.get("appeal")
    # Nobody can let us send words of theirs to an address that is not known to be their own.
    context: dict[str, Any] = {"title": report.title, "number": report.pk, "text": report.text if account else ""}
    with translation.override(language):
        context["category"] = str(report.get_category_display())
    path = reverse("moderation:own-report", args=[report.pk]) if account else report_path(report)
    context["url"] = absolute(report.region, language, path)
    if decision is not None:
        context |= _facts(decision, appeal, language)
    _post(report, to, account, template, language, context)


def _facts(decision: Decision, appeal: Appeal | None, language: str) -> dict[str, Any]:
    with translation.override(language):
        return {
            "measure": decision.measure,
            "measure_words": str(decision.get_measure_display()),
            "ground_words": str(decision.get_ground_display()),
            "rule": decision.rule,
            "reasons": decision.reasons,
            "where_words": _where(decision),
            "until": day_of(decision.suspended_until) if decision.suspended_until else "",
            "appeal_until": day_of(decision.decided_at + APPEAL_WITHIN),
            "is_nothing": decision.measure == Measure.NONE,
            "is_after_appeal": appeal is not None,
            "is_upheld": bool(appeal is not None and appeal.is_upheld),
            "appeal_reasons": appeal.reasons if appeal is not None else "",
        }


def _where(decision: Decision) -> str:
    """How far the measure reaches, and for how long (DSA art. 17(3)(a))."""
    if decision.measure in (Measure.NONE, Measure.WARNED):
        return ""
    if decision.suspended_until is None:
        return _("Everywhere this platform is read, without a limit of time")
    day = day_of(decision.suspended_until)
    if decision.space_id is not None:
        return _("Removed everywhere, without a limit of time; not writing: in that community, until %(day)s") % {
            "day": day
        }
    return _("Removed everywhere, without a limit of time; not writing: in this region, until %(day)s") % {"day": day}


def _post(
    row: Report | Decision, to: str, account: Account | None, template: str, language: str, context: dict[str, Any]
) -> None:
    post(region=row.region, to=to, account=account, template=template, language=language, context=context)
