# SPDX-License-Identifier: EUPL-1.2
"""Parts of actions on people, in the caller's transaction: checking and writing what a profile says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from filanda.directory.organisations.models import ConceptOrigin
from filanda.directory.people import values
from filanda.directory.people.languages import reads
from filanda.directory.people.models import FIELDS, Person, PersonConcept, Visibility
from filanda.directory.people.queries import facilitator_rules, facilitators, least_loaded
from filanda.directory.taxonomies.models import Concept
from filanda.kernel.identity.models import Account
from filanda.kernel.mail.links import absolute
from filanda.kernel.mail.steps import post
from filanda.kernel.regions.models import Region
from filanda.kernel.text import language
from filanda.kernel.text.folding import sort_key

__all__ = ["ProfileWrong", "checked", "chosen_facilitator", "tell", "touches", "write_concepts", "write_fields"]

TEXTS: dict[str, Callable[[Any], Any]] = {
    "name": values.checked_name,
    "headline": lambda text: values.checked_line(text, values.HEADLINE_LENGTH),
    "purpose": lambda text: values.checked_line(text, values.PURPOSE_LENGTH),
    "about": lambda text: values.checked_text(text, values.ABOUT_LENGTH),
    "languages": values.checked_languages,
    "orcid": values.checked_orcid,
    "links": values.checked_links,
}
KINDS = {"skills": PersonConcept.Kind.SKILL, "interests": PersonConcept.Kind.INTEREST}


class ProfileWrong(ValueError):
    """Something of a profile cannot be kept. `errors`: sentences for the reader by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(self.errors.values()))


def touches(*people: Person) -> dict[str, list[int]]:
    """The search documents that follow from a change of these people: for journal.record."""
    ids = [person.pk for person in people]
    return {"person": ids, "member": ids}


def checked(changes: Mapping[str, Any], region: Region) -> dict[str, Any]:
    """What is stored of `changes`: texts of TEXTS, concept ids of KINDS, "listing" and "visibility" (by field).

    Raises ProfileWrong with every sentence at once, and ValueError for a field that nobody may write.
    """
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    known = _usable_concepts(region, [id_ for name in KINDS for id_ in changes.get(name, ())])
    for name, value in changes.items():
        try:
            if name in TEXTS:
                found[name] = TEXTS[name](value)
            elif name in KINDS:
                found[name] = _checked_concepts(value, known)
            elif name == "language":
                found[name] = _checked_language(value, region)
            elif name == "listing":
                found[name] = _checked_visibility(value)
            elif name == "visibility":
                found[name] = {field: _checked_visibility(chosen) for field, chosen in value.items() if field in FIELDS}
            else:
                raise TypeError(f"{name!r} is no field of a profile that its person writes.")
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise ProfileWrong(errors)
    return found


def _checked_language(value: str, region: Region) -> str:
    if value and value not in region.languages:
        raise ValueError(_("Choose one of the languages of this region."))
    return value


def _checked_visibility(value: str) -> Visibility:
    if value not in Visibility.values:
        raise ValueError(_("Choose who sees it from the list."))
    return Visibility(value)


def _usable_concepts(region: Region, ids: Iterable[int]) -> frozenset[int]:
    wanted = set(ids)
    if not wanted:
        return frozenset()
    return frozenset(Concept.objects.current().usable_in(region).filter(pk__in=wanted).values_list("pk", flat=True))


def _checked_concepts(ids: Iterable[int], known: frozenset[int]) -> list[int]:
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > values.CONCEPTS_MOST:
        raise ValueError(_("Up to %(most)s topics fit: keep the ones that say most.") % {"most": values.CONCEPTS_MOST})
    if not known.issuperset(wanted):
        raise ValueError(_("One of the topics is not in the lists of this region any more. Choose again."))
    return wanted


def write_fields(person: Person, found: Mapping[str, Any]) -> list[str]:
    """Set what `checked` returned on `person` and save it; returns the names of the fields that changed."""
    changed = []
    for name, value in found.items():
        if name in KINDS:
            continue
        stored = {**person.visibility, **value} if name == "visibility" else value
        if getattr(person, name) != stored:
            setattr(person, name, stored)
            changed.append(name)
    if "name" in changed:
        person.sort_key = sort_key(person.name, length=200)
    if {"headline", "about"} & set(changed):
        person.text_language = language.detect(f"{person.headline}. {person.about}")
    person.save()
    return changed


def write_concepts(person: Person, found: Mapping[str, Any]) -> list[str]:
    """Let the skills and interests in `found` be the person's, as confirmed by them; returns what changed."""
    changed = []
    for name, kind in KINDS.items():
        if name not in found:
            continue
        links = PersonConcept.objects.filter(person=person, kind=kind)
        before = dict(links.values_list("concept", "origin"))
        wanted = found[name]
        if set(before) == set(wanted) and set(before.values()) <= {ConceptOrigin.CONFIRMED}:
            continue
        links.exclude(concept__in=wanted).delete()
        links.update(origin=ConceptOrigin.CONFIRMED, score=None)
        PersonConcept.objects.bulk_create(
            PersonConcept(region=person.region, person=person, concept_id=concept, kind=kind)
            for concept in wanted
            if concept not in before
        )
        changed.append(name)
    return changed


def chosen_facilitator(region: Region, account: Account, chosen: Account | None, now: datetime) -> Account | None:
    """Who looks after `account`: the one they chose, else the least loaded, as the region's rules say."""
    rules = facilitator_rules(region)
    if chosen is not None and rules.may_choose and chosen.pk != account.pk and chosen in facilitators(now):
        return chosen
    return least_loaded(now, besides=account.pk) if rules.assigns == "least_loaded" else None


def tell(person: Person, template: str, **context: str) -> None:
    """Post "people/mail/<template>" to the person; `name` and `url`, which leads to their profile, are added."""
    if person.account is None:
        return
    region = person.region
    language = reads(person, region)
    post(
        region=region,
        to=person.account.email,
        template=f"people/mail/{template}",
        language=language,
        context={**context, "name": person.name, "url": absolute(region, language, reverse("profiles:edit"))},
        account=person.account,
    )
