# SPDX-License-Identifier: EUPL-1.2
"""Permissions, journal events, notices, personal data and retention of moderation."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.moderation import personal, telling
from filanda.capabilities.moderation.desk import REPORTS
from filanda.capabilities.moderation.models import KEEPERS, STAFF
from filanda.capabilities.moderation.policies import (
    appeal_is_for_others,
    is_concerned,
    report_is_for_others,
    space_scope,
)
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.journal.models import Event
from filanda.kernel.manifests import Manifest, PersonalData, Retention
from filanda.kernel.manifests.things import Notice, Thing, ThingLine
from filanda.kernel.policies import Permission

_MEMBERS = frozenset({Role.INNOVATOR, Role.FACILITATOR, Role.REGION_ADMINISTRATOR})
_SETTLED_DAYS = 365  # after the six months of appeal, and some for the courts


def _to_author(event: str, sentence: Callable[[Event, ThingLine], str], *, is_mailed: bool) -> Notice:
    return Notice(
        event,
        "moderation",
        telling.author_of,
        telling.about_decision,
        sentence,
        telling.space_of,
        is_mailed=is_mailed,
    )


manifest = Manifest(
    permissions=(
        Permission("moderation.reports.make", _("Report what should not be there"), everybody=True),
        Permission(
            "moderation.reports.handle",
            _("Decide about reports"),
            roles=STAFF,
            scoped_roles=frozenset(KEEPERS),
            scope=space_scope,
            rule=report_is_for_others,
            needs_second_factor=True,
        ),
        Permission("moderation.decisions.appeal", _("Appeal against a decision"), roles=_MEMBERS, rule=is_concerned),
        # Of one space too: but whoever decided does not decide again; staff are there for small spaces.
        Permission("moderation.appeals.decide", _("Decide about appeals"), roles=STAFF, rule=appeal_is_for_others),
    ),
    events=(
        EventType("moderation.report.made", _("Something was reported"), Audience.STAFF, Erasure.NOTHING),
        EventType("moderation.report.taken", _("A report was taken on"), Audience.STAFF, Erasure.NOTHING),
        EventType("moderation.report.decided", _("A report was decided"), Audience.STAFF, Erasure.NOTHING),
        EventType("moderation.decision.appealed", _("A decision was appealed"), Audience.STAFF, Erasure.NOTHING),
        EventType("moderation.decision.lifted", _("Something hidden is shown again"), Audience.STAFF, Erasure.NOTHING),
        EventType("moderation.appeal.decided", _("An appeal was decided"), Audience.STAFF, Erasure.NOTHING),
    ),
    personal_data=(PersonalData("moderation", _("Reports, decisions and appeals"), personal.collect, personal.erase),),
    waiting=personal.waiting,
    desk=(REPORTS,),
    things=(
        Thing("report", _("Report"), telling.lines),
        Thing("decision", _("Decision"), telling.decision_lines),
    ),
    notices=(
        Notice(
            "moderation.report.made",
            "moderation",
            telling.who_decides,
            telling.about_report,
            telling.sentence_of_report,
            telling.space_of,
        ),
        Notice(
            "moderation.decision.appealed",
            "moderation",
            telling.who_decides_appeals,
            telling.about_appeal,
            telling.sentence_of_appeal,
            telling.space_of,
        ),
        # The statement of reasons is an e-mail of its own, owed in any case: these stand in the list only.
        _to_author("moderation.report.decided", telling.sentence_of_decision, is_mailed=False),
        _to_author("moderation.appeal.decided", telling.sentence_of_outcome, is_mailed=False),
        _to_author("moderation.decision.lifted", telling.sentence_of_lifting, is_mailed=True),
    ),
    retention=(Retention("reports", _("Reports that are settled"), _SETTLED_DAYS, personal.forget_decided),),
)
