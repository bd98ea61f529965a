# SPDX-License-Identifier: EUPL-1.2
"""The form of one's own profile: what was typed, as `update_profile` takes it, and what the template draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from filanda.directory.people.models import FIELDS, Person, PersonConcept, Visibility
from filanda.directory.people.values import LANGUAGES, LINKS_MOST, language_label
from filanda.directory.taxonomies.queries import concepts_by_ids, scheme_for, tree
from filanda.kernel.regions.models import Region
from filanda.kernel.ui.numbers import ids_in

if TYPE_CHECKING:
    from django.http import QueryDict

__all__ = ["SCHEME", "Chooser", "ConceptGroup", "Typed", "field_labels"]

SCHEME = "s3"
TEXTS = ("name", "headline", "purpose", "about", "orcid", "language")
MOST = 200  # values of a list that are read


def field_labels() -> dict[str, str]:
    """What the fields of a profile are called."""
    return {
        "name": _("Name"),
        "listing": _("Who sees your profile"),
        "headline": _("Headline"),
        "purpose": _("What brings you here"),
        "about": _("About you"),
        "skills": _("Skills"),
        "interests": _("Interests"),
        "languages": _("Languages you speak"),
        "language": _("Language of e-mails to you"),
        "orcid": _("ORCID iD"),
        "links": _("Links"),
        "positions": _("Organisations"),
    }


@dataclass
class Typed:
    """What stands in the form: from the profile, or as somebody sent it."""

    texts: dict[str, str]
    languages: list[str]
    links: list[dict[str, str]]
    skills: list[int]
    interests: list[int]
    listing: str
    visibility: dict[str, str]
    seen: datetime | None = None

    @classmethod
    def of(cls, person: Person) -> Typed:
        """As stored. One query."""
        links = person.concept_links.order_by("pk").values_list("kind", "concept_id", "origin")
        confirmed = [(kind, concept) for kind, concept, origin in links if origin != "suggested"]
        return cls(
            texts={name: getattr(person, name) for name in TEXTS},
            languages=list(person.languages),
            links=list(person.links),
            skills=[concept for kind, concept in confirmed if kind == PersonConcept.Kind.SKILL],
            interests=[concept for kind, concept in confirmed if kind == PersonConcept.Kind.INTEREST],
            listing=person.listing,
            visibility={name: str(person.visibility_of(name)) for name in FIELDS},
            seen=person.updated_at,
        )

    @classmethod
    def read(cls, sent: QueryDict) -> Typed:
        """As sent, by whatever program: nothing here raises, and what no form has is not looked at."""
        return cls(
            texts={name: sent.get(name, "") for name in TEXTS},
            languages=sent.getlist("languages")[:MOST],
            links=[
                {"label": sent.get(f"link_label_{place}", ""), "url": sent.get(f"link_url_{place}", "")}
                for place in range(LINKS_MOST)
            ],
            skills=_numbers(sent.getlist("skills")),
            interests=_numbers(sent.getlist("interests")),
            listing=sent.get("listing", ""),
            visibility={name: sent.get(f"visibility_{name}", "") for name in FIELDS if f"visibility_{name}" in sent},
            seen=_moment(sent.get("seen", "")),
        )

    def changes(self) -> dict[str, Any]:
        """What `update_profile` takes."""
        return {
            **self.texts,
            "languages": self.languages,
            "links": self.links,
            "skills": self.skills,
            "interests": self.interests,
            "listing": self.listing,
            "visibility": self.visibility,
        }

    def differences(self, stored: Typed) -> dict[str, str]:
        """What `stored` says where this says something else, in words, by field: the other side of a conflict."""
        words = {name: text or _("(empty)") for name, text in stored.texts.items() if text != self.texts.get(name)}
        if set(stored.languages) != set(self.languages):
            words["languages"] = ", ".join(language_label(code) for code in stored.languages) or _("(empty)")
        mine = [link for link in self.links if link["url"]]
        if [link["url"] for link in stored.links] != [link["url"] for link in mine]:
            words["links"] = ", ".join(link["url"] for link in stored.links) or _("(empty)")
        for name in ("skills", "interests"):
            ids: list[int] = getattr(stored, name)
            if set(ids) != set(getattr(self, name)):
                words[name] = ", ".join(one.label for one in concepts_by_ids(ids).values()) or _("(empty)")
        if stored.listing != self.listing:
            words["listing"] = str(Visibility(stored.listing).label)
        return words


def _numbers(sent: Iterable[str]) -> list[int]:
    return ids_in(list(sent)[:MOST])


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text[:40])
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


@dataclass(frozen=True)
class ConceptGroup:
    """A concept at the top of the scheme, and what may be chosen of it: (id, label, is chosen)."""

    label: str
    is_open: bool
    options: list[tuple[int, str, bool]] = field(default_factory=list)


class Chooser:
    """The concepts that skills and interests are chosen from: the region's S3 scheme, and whatever is chosen already.

    Two queries, three where something of another scheme is chosen.
    """

    def __init__(self, region: Region, chosen: Iterable[int]) -> None:
        scheme = scheme_for(region, SCHEME)
        self._tree = tree(scheme, depth=2) if scheme is not None else []
        known = {branch.concept.pk for top in self._tree for branch in (top, *top.narrower)}
        self._others: Mapping[int, Any] = concepts_by_ids(set(chosen) - known)

    def groups(self, chosen: Iterable[int]) -> list[ConceptGroup]:
        """Groups as they stand with `chosen`."""
        wanted = set(chosen)
        made = []
        for top in self._tree:
            options = [
                (branch.concept.pk, branch.concept.label, branch.concept.pk in wanted)
                for branch in (top.narrower or [top])
            ]
            if top.narrower and top.concept.pk in wanted:
                options.insert(0, (top.concept.pk, top.concept.label, True))
            made.append(ConceptGroup(top.concept.label, any(on for _id, _label, on in options), options))
        others = [(pk, concept.label, True) for pk, concept in self._others.items() if pk in wanted]
        if others:
            made.insert(0, ConceptGroup(_("Chosen already"), True, others))
        return made


def language_options(chosen: Iterable[str]) -> list[tuple[str, str, bool]]:
    """(code, name, is chosen): those spoken most here first."""
    wanted = set(chosen)
    return [(code, language_label(code), code in wanted) for code in LANGUAGES]
