# SPDX-License-Identifier: EUPL-1.2
"""What the steps of the form show: choices, the reasons of a return beside their fields, what another window wrote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from markupsafe import Markup

from filanda.capabilities.collaborations.models import Cooperation, ValueBand
from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.queries import address
from filanda.capabilities.matching.embedding import embedder
from filanda.capabilities.matching.suggesting import topics_for
from filanda.capabilities.search.queries import find_funding
from filanda.components.proposals.forms.writing import STEPS, bodies_of, spaces_of
from filanda.components.proposals.models import (
    MONTHS_MOST,
    IprPosition,
    Proposal,
    ProposalKind,
    ProposalState,
    Review,
    ReviewOutcome,
    Rung,
)
from filanda.directory.funding.queries import cards
from filanda.directory.taxonomies.models import Concept, label_in
from filanda.directory.taxonomies.places import find_municipality
from filanda.directory.taxonomies.queries import find, scheme_for
from filanda.kernel.identity.actors import Actor
from filanda.kernel.regions.models import Region
from filanda.kernel.text.markdown import to_html
from filanda.kernel.ui.moments import day_of
from filanda.kernel.ui.numbers import id_in, ids_in

__all__ = ["call_options", "display", "field_labels", "last_return", "place_options", "step_page", "topic_options"]

PLACES, CALLS, TOPICS = 8, 8, 6
LANGUAGES = ("it", "en", "fr", "de", "es", "pt", "nl", "pl", "sl", "ro", "ar")


def field_labels() -> dict[str, str]:
    """What each field is called, in the form, the review and the reasons."""
    return {
        "kind": _("What is it?"),
        "title": _("Title"),
        "summary": _("Summary"),
        "source": _("Full text"),
        "cooperation": _("Kind of cooperation"),
        "trl_now": _("Stage now"),
        "trl_wanted": _("Stage wanted"),
        "ipr": _("Rights"),
        "place": _("Place"),
        "funding_call": _("Funding call"),
        "languages": _("Languages to work in"),
        "partners_bring": _("What partners should bring"),
        "budget": _("Budget"),
        "organisation": _("On behalf of"),
        "space": _("Where it appears"),
        "is_for_other_regions": _("Other regions"),
        "summary_for": _("Who reads the summary"),
        "text_for": _("Who reads the full text"),
        "needs_undertaking": _("Confidentiality"),
        "months": _("How long it stands"),
        "concepts": _("Topics"),
    }


def step_page(
    actor: Actor,
    region: Region,
    step: str,
    values: dict[str, Any],
    proposal: Proposal | None,
    *,
    theirs: Proposal | None,
    go: str,
    place_q: str,
    funding_q: str = "",
) -> dict[str, Any]:
    """The context of one step, but for errors. A handful of queries."""
    returned = last_return(proposal) if proposal is not None else None
    context: dict[str, Any] = {
        "step": step,
        "track": _track(step),
        "values": values,
        "labels": field_labels(),
        "proposal": proposal,
        "is_draft": proposal is None or proposal.state == ProposalState.DRAFT,
        "returned": returned,
        "remarks": returned.remarks if returned is not None else {},
        "theirs": _theirs(theirs, values, step) if theirs is not None else [],
        "preview": Markup(to_html(values["source"])) if go == "preview" and "source" in values else None,  # noqa: S704
        "kinds": [(str(kind), str(kind.label)) for kind in ProposalKind],
    }
    if step == "details":
        context |= _details(actor, region, values, proposal, place_q, funding_q)
    if step == "who":
        context |= _who(actor, region, values, proposal, suggests=True)
    return context


def last_return(proposal: Proposal) -> Review | None:
    """The reasons for which a draft came back; None for what is no draft, or was never returned. One query."""
    if proposal.state != ProposalState.DRAFT:
        return None
    found: Review | None = proposal.reviews.order_by("-at", "-pk").first()
    return found if found is not None and found.outcome == ReviewOutcome.RETURNED else None


def place_options(region: Region, text: str, chosen: str) -> list[dict[str, Any]]:
    """Areas whose name begins with `text`, and the one that is chosen. A few queries."""
    scheme = scheme_for(region, "nuts")
    rows: list[Concept] = []
    town = find_municipality(text) if text.strip() else None
    if number := id_in(chosen):
        rows = list(Concept.objects.usable_in(region).filter(pk=number))
    if scheme is not None and text.strip():
        near = find(scheme, text, (get_language() or "it").split("-")[0], PLACES)
        if town is not None:  # areas end with provinces: a town stands for its own
            near += list(Concept.objects.current().filter(scheme=scheme, code=town.province.nuts))
        rows = list({one.pk: one for one in [*rows, *near]}.values())
    return [
        {
            "id": str(row.pk),
            "label": label_in(row.labels) or row.code,
            "code": row.code,
            "is_on": str(row.pk) == chosen,
        }
        for row in rows
    ]


def topic_options(proposal: Proposal, ticked: Iterable[str], *, suggests: bool) -> list[dict[str, Any]]:
    """Topics that are confirmed, then those near to what it says, to be confirmed with one tap."""
    chosen = ids_in(ticked)
    kept = Concept.objects.usable_in(proposal.region).filter(pk__in=chosen)
    near: list[Concept] = []
    text = f"{proposal.title}. {proposal.summary} {proposal.source[:800]}".strip(". ")
    if suggests and text:
        near = topics_for(proposal.region, text, embedder(), TOPICS)
    found = {concept.pk: concept for concept in [*kept, *near]}
    return [
        {"id": str(pk), "label": label_in(concept.labels) or concept.code, "is_on": pk in chosen}
        for pk, concept in found.items()
    ]


def _track(step: str) -> list[dict[str, str]]:
    labels = (_("What it is"), _("Details"), _("For whom"))
    at = list(STEPS).index(step)
    return [
        {"label": label, "state": "done" if n < at else "current" if n == at else "ahead"}
        for n, label in enumerate(labels)
    ]


def call_options(actor: Actor, region: Region, text: str, chosen: str) -> list[dict[str, Any]]:
    """Funding calls that can still be answered and have the words of `text`, and the one that is chosen. Two queries
    at most.
    """
    ids = ids_in([chosen])
    if text.strip():
        states = {"state": ("open", "forthcoming")}
        ids += [one for one in find_funding(region, actor, text, states, limit=CALLS).ids if one not in ids]
    language = (get_language() or "it")[:2]
    return [
        {
            "id": str(card.id),
            "label": card.title,
            "language": card.language if card.language != language else "",
            "note": " · ".join(
                filter(None, (card.programme, day_of(card.next_deadline) if card.next_deadline else ""))
            ),
            "is_on": str(card.id) == chosen,
        }
        for card in cards(actor, ids)
    ]


def _details(
    actor: Actor, region: Region, values: dict[str, Any], proposal: Proposal | None, place_q: str, funding_q: str
) -> dict[str, Any]:
    stages = [("", _("Not said")), *((str(n), _stage(n)) for n in range(1, 10))]
    names = sorted({*LANGUAGES, *region.languages, *values.get("languages", [])})
    files = (
        StoredFile.objects.filter(subject_kind="proposal", subject_id=proposal.pk).order_by("pk")
        if proposal is not None
        else []
    )
    return {
        "cooperations": [(str(one), str(one.label)) for one in Cooperation],
        "stages": stages,
        "rights": [(str(one), str(one.label)) for one in IprPosition],
        "budgets": [(str(one), str(one.label)) for one in ValueBand],
        "places": place_options(region, place_q, str(values.get("place", ""))),
        "calls": call_options(actor, region, funding_q, str(values.get("funding_call", ""))),
        "tongues": sorted(((code, _language(code)) for code in names), key=lambda pair: pair[1]),
        "files": [
            {"id": row.pk, "name": row.name, "url": address(row), "size": filesizeformat(row.size)} for row in files
        ],
    }


def _who(
    actor: Actor, region: Region, values: dict[str, Any], proposal: Proposal | None, *, suggests: bool
) -> dict[str, Any]:
    bodies = [("", _("Nobody else: for myself")), *((str(one.pk), one.name) for one in bodies_of(actor))]
    if proposal is not None and proposal.organisation_id and str(proposal.organisation_id) not in dict(bodies):
        bodies.append((str(proposal.organisation_id), proposal.organisation.name if proposal.organisation else ""))
    spaces = [(str(one.pk), one.name) for one in spaces_of(actor, region)]
    if proposal is not None and str(proposal.space_id) not in dict(spaces):
        spaces.append((str(proposal.space_id), proposal.space.name))
    return {
        "bodies": bodies,
        "spaces": spaces,
        "rungs": [(str(one), str(one.label)) for one in Rung],
        "months_most": MONTHS_MOST,
        "topics": topic_options(proposal, values.get("concepts", ()), suggests=suggests) if proposal else [],
        "asked": True,
    }


def _theirs(there: Proposal, values: dict[str, Any], step: str) -> list[dict[str, str]]:
    """The fields of the step that stand otherwise now, as they stand."""
    labels = field_labels()
    found = []
    for name in STEPS[step]:
        if name == "concepts":
            continue
        now_is = getattr(there, f"{name}_id" if name in ("place", "funding_call", "organisation", "space") else name)
        mine = values.get(name, "")
        differs = now_is != mine if isinstance(now_is, bool | list) else _flat(now_is) != _flat(mine)
        if differs:
            found.append({"name": name, "label": labels[name], "text": display(there, name) or _("Empty")})
    return found


def _flat(value: Any) -> str:
    return " ".join(str("" if value is None else value).split())


def display(there: Proposal, name: str) -> str:
    """A field as people read it, "" where nothing is said."""
    if name == "funding_call":
        return there.funding_call.title if there.funding_call is not None else ""
    if name in ("place", "organisation", "space"):
        row = getattr(there, name)
        return str(getattr(row, "label", None) or getattr(row, "name", "")) if row is not None else ""
    if name == "concepts":
        links = there.concept_links.filter(origin="confirmed").select_related("concept")
        return ", ".join(label_in(link.concept.labels) or link.concept.code for link in links)
    if name == "cooperation":
        return ", ".join(str(Cooperation(one).label) for one in there.cooperation)
    if name == "languages":
        return ", ".join(_language(one) for one in there.languages)
    value = getattr(there, name)
    spoken = getattr(there, f"get_{name}_display", None)
    if spoken is not None:
        return str(spoken()) if value else ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value if value is not None else "")


def _stage(number: int) -> str:
    words = {
        1: _("basic principles observed"),
        2: _("concept formulated"),
        3: _("proof of concept"),
        4: _("validated in the laboratory"),
        5: _("validated in a relevant environment"),
        6: _("demonstrated in a relevant environment"),
        7: _("prototype in its real environment"),
        8: _("complete and qualified"),
        9: _("proven in use"),
    }
    return f"TRL {number}: {words[number]}"


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
