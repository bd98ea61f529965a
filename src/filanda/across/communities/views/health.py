# SPDX-License-Identifier: EUPL-1.2
"""How a community does, and what waits for those who look after it."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.text import slugify
from django.utils.timezone import now
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filanda.across.communities.figures import HELIX
from filanda.across.communities.policies import HEALTH, LETTERS
from filanda.across.communities.queries import Health, health_of, newcomers, tasks_of, unanswered
from filanda.directory.organisations.models import HelixRole
from filanda.directory.people.models import Person
from filanda.kernel.policies import decide, require
from filanda.kernel.ui import charts
from filanda.kernel.ui.addresses import lead
from filanda.spaces.actions.members import greet_member, welcome_member
from filanda.spaces.errors import NotAllowedIn, SpaceWrong
from filanda.spaces.models import Membership, Space
from filanda.spaces.pages import SpacePage, space_page
from filanda.spaces.queries import people_by_account


def enter(request: HttpRequest, slug: str, permission: str) -> SpacePage:
    """The frame, for those who may; 404 for what the reader may not know of."""
    page = space_page(request, slug, tab="health")
    require(page.actor, permission, page.space)
    return page


@never_cache
@require_safe
def health(request: HttpRequest, slug: str) -> HttpResponse:
    """Figures, their trend and the region's medians; the to-do list; threads that nobody has answered."""
    page = enter(request, slug, HEALTH)
    moment, space = now(), page.space
    found = health_of(page.actor, space, moment)
    waiting = newcomers(page.actor, space, moment) if page.may["members"] else []
    people = people_by_account([row.account_id for row in waiting]) if waiting else {}
    looks_after = page.may["moderate"] or page.may["manage"]
    context = {
        "page": page,
        "at": found.at,
        "rows": _rows(found),
        "has_medians": bool(found.medians),
        "helix": _helix(found),
        "growth": _growth(found),
        "trend": _trend(found),
        "unanswered": [
            {"title": row.title, "language": row.language, "at": row.created_at, "url": _thread_url(space, row)}
            for row in unanswered(page.actor, space, moment)
        ],
        "newcomers": [
            {
                "id": row.pk,
                "name": people[row.account_id].name if row.account_id in people else _("Somebody without a profile"),
                "person": people.get(row.account_id),
                "at": row.joined_at,
            }
            for row in waiting
        ],
        "tasks": [
            {
                "sentence": task.sentence,
                "url": lead(task),
                "since": task.since,
            }
            for task in (tasks_of(page.actor, space, moment, may_manage=page.may["members"]) if looks_after else ())
        ],
        "looks_after": looks_after,
        "may_invite": page.may["members"] and space.kind != "region",
        "may_write_letters": bool(decide(page.actor, LETTERS, space)),
        "csv_url": reverse("communities:figures-csv", args=[slug]),
    }
    return render(request, "communities/health.html", context)


@never_cache
@require_safe
def figures_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The same figures as CSV, with the months and the days that are known."""
    page = enter(request, slug, HEALTH)
    found = health_of(page.actor, page.space, now())
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{page.space.slug}-figures.csv"'
    writer = csv.writer(answer)
    writer.writerow(["figure", "on", "value", "median_of_region"])
    day = found.at.date().isoformat()
    for name, value in found.numbers.items():
        if name == "helix":
            writer.writerows([f"helix_{role}", day, value.get(role, 0), ""] for role in HELIX)
        elif name == "growth":
            for month in value:
                writer.writerow(["new_members", month["month"], month["new"], ""])
                writer.writerow(["members_at_end", month["month"], month["members"], ""])
        else:
            writer.writerow([name, day, "" if value is None else value, found.medians.get(name, "")])
    for past, numbers in found.trend:
        writer.writerow(["active_30", past.isoformat(), numbers.get("active_30", ""), ""])
    return answer


@require_POST
def welcome(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Note that a newcomer has been greeted."""
    page = enter(request, slug, HEALTH)
    rows = Membership.objects.visible_to(page.actor).filter(space=page.space, pk=membership_id)
    row: Membership | None = rows.active().select_related("space").first()
    if row is None:
        raise Http404
    welcome_member(actor=page.actor, membership=row, now=now())
    messages.success(request, _("Noted: this newcomer has been greeted."))
    return redirect("communities:health", slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def greet(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Write a newcomer a greeting. ?language= of the words that stand there to begin with, else the newcomer's."""
    page = enter(request, slug, HEALTH)
    rows = Membership.objects.visible_to(page.actor).filter(space=page.space, pk=membership_id)
    row: Membership | None = rows.active().select_related("space__region").first()
    if row is None:
        raise Http404
    require(page.actor, "spaces.members.manage", row)
    person = people_by_account([row.account_id]).get(row.account_id)
    languages = page.space.region.languages
    language = request.GET.get("language") or (person.language if person is not None else "")
    language = language if language in languages else page.space.region.default_language
    words, errors = _greeting(page, person, language), {}
    if request.method == "POST":
        words = request.POST.get("words", "")
        try:
            greet_member(actor=page.actor, membership=row, words=words, now=now())
        except SpaceWrong as error:
            errors = dict(error.errors)
        except NotAllowedIn as error:
            errors = {"words": str(error)}
        else:
            messages.success(request, _("Sent: they are told as they wish, here or by e-mail."))
            return redirect("communities:health", slug)
    context = {
        "page": page,
        "name": person.name if person is not None else _("Somebody without a profile"),
        "words": words,
        "begun_in": language,
        "beginnings": [{"code": one, "name": get_language_info(one)["name_local"]} for one in languages],
        "is_greeted": row.welcomed_at is not None,
        "errors": {name: [sentence] for name, sentence in errors.items()},
        "listed_errors": [{"name": name, "message": sentence} for name, sentence in errors.items()],
    }
    return render(request, "communities/greet.html", context, status=422 if errors else 200)


def _greeting(page: SpacePage, person: Person | None, language: str) -> str:
    """Words to begin with, to be made one's own."""
    with override(language):
        name = person.name.split()[0] if person is not None else ""
        values = {"name": name, "space": page.space.name}
        hello = _("Welcome to %(space)s, %(name)s!") if name else _("Welcome to %(space)s!")
        return (
            hello % values
            + " "
            + _(
                "Tell us in a discussion what you work on and what you are looking for: somebody here may have it. "
                "If you do not find your way, answer here or write to me."
            )
        )


def _thread_url(space: Space, thread: Any) -> str:
    return reverse("discussions:thread", args=[space.slug, thread.pk, slugify(thread.title)[:80] or "-"])


def _words(name: str) -> tuple[str, str]:
    """What a figure is called, and in one sentence what it is."""
    return {
        "members": (_("Members"), _("People who are members today.")),
        "active_30": (_("Active in 30 days"), _("Members who wrote, reacted or registered for an event.")),
        "active_90": (_("Active in 90 days"), _("The same, in the last 90 days.")),
        "new_30": (_("New in 30 days"), _("Members who joined in the last 30 days.")),
        "threads": (_("Discussions opened"), _("In the last 90 days.")),
        "posts": (_("Posts written"), _("In the last 90 days; hidden and held ones do not count.")),
        "first_reply_hours": (
            _("First answer after"),
            _("Half of the discussions of the last 90 days that somebody else answered were answered sooner."),
        ),
        "unanswered_share": (
            _("Without an answer"),
            _("Of the discussions of the last 90 days, those in which nobody but their author has written."),
        ),
        "top_share": (
            _("Written by the most active tenth"),
            _("The share of posts of the last 90 days that the most active tenth of their authors wrote."),
        ),
        "gini": (
            _("How unequal contributions are"),
            _("The Gini coefficient of posts among their authors: 0 if all wrote as much, near 1 if one wrote it all."),
        ),
    }[name]


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name in ("unanswered_share", "top_share"):
        return _("%(n)s%%") % {"n": round(value * 100)}
    if name == "gini":
        return formats.number_format(value, 2)
    if name == "first_reply_hours":
        if value >= 48:
            return _("%(n)s days") % {"n": formats.number_format(value / 24, 1)}
        return _("%(n)s hours") % {"n": formats.number_format(value, 1)}
    return formats.number_format(value, 0 if float(value).is_integer() else 1, force_grouping=True)


def _rows(found: Health) -> list[dict[str, str]]:
    names = (
        "members", "active_30", "active_90", "new_30", "threads", "posts", "first_reply_hours", "unanswered_share",
        "top_share", "gini",
    )  # fmt: skip
    return [
        {
            "label": _words(name)[0],
            "help": _words(name)[1],
            "value": _shown(name, found.numbers.get(name)),
            "median": _shown(name, found.medians.get(name)),
        }
        for name in names
    ]


def _helix(found: Health) -> list[dict[str, Any]]:
    counted = found.numbers.get("helix", {})
    total = sum(counted.values()) or 1
    drawn, x = [], 0.0
    for role in HELIX:
        width = counted.get(role, 0) / total * charts.WIDTH
        drawn.append(
            {
                "role": role,
                "label": str(HelixRole(role).label),
                "count": counted.get(role, 0),
                "share": round(counted.get(role, 0) / total * 100),
                "x": round(x, 1),
                "width": round(max(width - 2, 0), 1),
            }
        )
        x += width
    return drawn


def _growth(found: Health) -> list[dict[str, Any]]:
    months = found.numbers.get("growth", [])
    return [
        {
            "label": formats.date_format(date.fromisoformat(month["month"] + "-01"), "YEAR_MONTH_FORMAT"),
            "new": month["new"],
            "members": month["members"],
            "bar": bar,
        }
        for month, bar in zip(months, charts.bars([one["members"] for one in months]), strict=True)
    ]


def _trend(found: Health) -> dict[str, Any] | None:
    if len(found.trend) < 2:
        return None
    values = [numbers.get("active_30", 0) for _day, numbers in found.trend]
    return {
        "points": charts.line(values),
        "first": found.trend[0][0],
        "last": found.trend[-1][0],
        "low": min(values),
        "high": max(values),
        "rows": [
            [formats.date_format(day, "SHORT_DATE_FORMAT"), value]
            for (day, _numbers), value in zip(found.trend, values, strict=True)
        ],
    }
