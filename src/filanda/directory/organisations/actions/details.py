# SPDX-License-Identifier: EUPL-1.2
"""What the people of an organisation say of it, edited as a whole, with two editors at once in mind (steps.marking)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from filanda.directory.organisations.identifiers import InvalidIdentifier, normalise
from filanda.directory.organisations.importers.placing import locate
from filanda.directory.organisations.models import Identifier, IdentifierScheme, Organisation, OrganisationName, Site
from filanda.directory.organisations.steps import (
    ORGANISATION_FIELDS,
    EditConflict,
    give,
    lock_imports,
    marks_of,
    reconciled,
    sign_history,
)
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.text.folding import clean
from filanda.kernel.text.language import detect

__all__ = ["Details", "EditConflict", "SiteDetails", "details_of", "update_details"]

MOST_SITES = 10
MOST_NAMES = 30
_LISTS = ("other_names", "identifiers", "sites")


@dataclass(frozen=True)
class SiteDetails:
    """One site as a form holds it; the first of several is the main one."""

    street: str = ""
    postcode: str = ""
    municipality: str = ""
    province_code: str = ""
    country_code: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.street or self.postcode or self.municipality or self.province_code)


@dataclass(frozen=True)
class Details:
    """Everything that a form of an organisation holds. `other_names`: without spellings that sources gave."""

    name: str = ""
    short_name: str = ""
    helix_role: str = "unknown"
    legal_kind: str = "unknown"
    size: str = "unknown"
    website: str = ""
    description: str = ""
    description_language: str = ""
    languages: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    sites: tuple[SiteDetails, ...] = field(default=())

    def marks(self) -> dict[str, str]:
        """A short digest of each field: what a form showed, without repeating it."""
        return marks_of(vars(self))


def details_of(organisation: Organisation) -> Details:
    """What `organisation` says now. Four queries."""
    organisation = Organisation.objects.get(pk=organisation.pk)
    plain = {name: getattr(organisation, name) for name in ORGANISATION_FIELDS - {"is_natural_person"}}
    plain["languages"] = tuple(sorted(plain["languages"]))
    names = OrganisationName.objects.filter(organisation=organisation).exclude(kind=OrganisationName.Kind.SPELLING)
    sites = Site.objects.filter(organisation=organisation).order_by("-is_main", "pk")
    return Details(
        **plain,
        other_names=tuple(names.order_by("pk").values_list("text", flat=True)),
        identifiers=tuple(
            Identifier.objects.filter(organisation=organisation)
            .order_by("scheme", "value")
            .values_list("scheme", "value")
        ),
        sites=tuple(_said(site) for site in sites),
    )


def update_details(
    *, actor: Actor, organisation: Organisation, details: Details, marks: Mapping[str, str] | None = None
) -> list[str]:
    """Write `details`; returns the names of the fields that changed. `marks`: of what the editor saw, else no check.

    Identifiers are checked and brought to their one form, sites placed. Raises ValidationError by field, EditConflict
    and Forbidden; nothing is written then.
    """
    details = _checked(details)
    with transaction.atomic(durable=True):
        lock_imports(organisation.region)
        locked: Organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
        require(actor, "organisations.update", locked)
        details = Details(**reconciled(vars(details), vars(details_of(locked)), marks))
        sign_history(actor)
        plain = {name: getattr(details, name) for name in ORGANISATION_FIELDS - {"is_natural_person"}}
        if set(locked.languages) == set(details.languages):
            plain["languages"] = locked.languages  # their order says nothing
        else:
            plain["languages"] = list(details.languages)
        changed = give(locked, plain, ORGANISATION_FIELDS)
        changed += _write_names(locked, details.other_names)
        changed += _write_identifiers(locked, details.identifiers, actor)
        changed += _write_sites(locked, details.sites)
        if changed:
            locked.save(update_fields=["updated_at"])
            record(
                "organisations.organisation.updated",
                region=locked.region,
                actor=actor,
                subject=locked,
                payload={"fields": changed},
                touches={"organisation": [locked.pk]},
            )
    return changed


def _checked(details: Details) -> Details:
    """Cleaned, with identifiers in their one form and sites placed. Raises ValidationError by field."""
    errors: dict[str, list[str]] = {}
    identifiers: list[tuple[str, str]] = []
    for scheme, text in details.identifiers:
        try:
            identifiers.append((str(IdentifierScheme(scheme)), normalise(scheme, text)))
        except InvalidIdentifier as error:
            errors.setdefault(scheme, []).append(str(error))
    names = [" ".join(clean(text).split()) for text in details.other_names]
    names = [text for text in dict.fromkeys(names) if text]
    if len(names) > MOST_NAMES or any(len(text) > 300 for text in names):
        errors["other_names"] = [
            _("At most %(most)d other names, each of at most 300 characters.") % {"most": MOST_NAMES}
        ]
    sites = [placed(site) for site in details.sites if not site.is_empty]
    if len(sites) > MOST_SITES:
        errors["sites"] = [_("At most %(most)d sites.") % {"most": MOST_SITES}]
    if errors:
        raise ValidationError(errors)
    description = clean(details.description.replace("\r\n", "\n"))
    language = details.description_language or (detect(description) if description else "")
    return replace(
        details,
        name=" ".join(clean(details.name).split()),
        short_name=" ".join(clean(details.short_name).split()),
        website=clean(details.website),
        description=description,
        description_language=language if description else "",
        languages=tuple(sorted(set(details.languages))),
        other_names=tuple(names),
        identifiers=tuple(sorted(set(identifiers))),
        sites=tuple(sites),
    )


def placed(site: SiteDetails) -> SiteDetails:
    """With the proper name of the municipality, and its province where that is known and not chosen."""
    found = locate(
        street=clean(site.street),
        postcode=site.postcode,
        town=clean(site.municipality),
        nuts=site.province_code if len(site.province_code) == 5 else "",
        country=site.country_code or "IT",
    )
    return SiteDetails(
        street=found.street,
        postcode=found.postcode or site.postcode.strip()[:20],
        municipality=found.municipality,
        province_code=found.province_code or site.province_code[:8],
        country_code=(site.country_code or "IT").upper()[:2],
    )


def _write_names(organisation: Organisation, wanted: tuple[str, ...]) -> list[str]:
    """Names that people give are trade names; one that a source spells the same way becomes one of them."""
    rows = {row.text: row for row in OrganisationName.objects.filter(organisation=organisation)}
    is_changed = False
    for text, row in rows.items():
        if row.kind != OrganisationName.Kind.SPELLING and text not in wanted:
            row.delete()
            is_changed = True
    for text in wanted:
        found = rows.get(text)
        if found is None:
            OrganisationName.objects.create(
                region=organisation.region, organisation=organisation, text=text, kind=OrganisationName.Kind.TRADE
            )
        elif found.kind == OrganisationName.Kind.SPELLING:
            found.kind = OrganisationName.Kind.TRADE
            found.save(update_fields=["kind"])
        else:
            continue
        is_changed = True
    return ["other_names"] if is_changed else []


def _write_identifiers(organisation: Organisation, wanted: tuple[tuple[str, str], ...], actor: Actor) -> list[str]:
    rows = {(row.scheme, row.value): row for row in Identifier.objects.filter(organisation=organisation)}
    gone = [row.pk for key, row in rows.items() if key not in wanted]
    Identifier.objects.filter(pk__in=gone).delete()
    new = [key for key in wanted if key not in rows]
    for scheme, value in new:
        other = Identifier.objects.filter(scheme=scheme, value=value).select_related("organisation").first()
        if other is not None:
            seen = Organisation.objects.visible_to(actor).filter(pk=other.organisation_id).exists()
            name = other.organisation.name if seen else _("another entry")
            sentence = _(
                "%(name)s has this number already. If it is the same body, ask a facilitator to unite the two entries."
            )
            raise ValidationError({scheme: [sentence % {"name": name}]})
        Identifier.objects.create(region=organisation.region, organisation=organisation, scheme=scheme, value=value)
    return ["identifiers"] if new or gone else []


def _write_sites(organisation: Organisation, wanted: tuple[SiteDetails, ...]) -> list[str]:
    """Sites that say the same stay the rows that they are, with their coordinates; others change, come or go."""
    rows = list(Site.objects.filter(organisation=organisation).order_by("-is_main", "pk"))
    if tuple(_said(row) for row in rows) == wanted:
        return []
    left = list(rows)
    kept: dict[int, Site] = {}
    for position, site in enumerate(wanted):
        same = next((row for row in left if _said(row) == site), None)
        if same is not None:
            left.remove(same)
            kept[position] = same
    for position, site in enumerate(wanted):
        if position not in kept:
            row = left.pop(0) if left else Site(region=organisation.region, organisation=organisation, is_main=False)
            _place(row, site)
            kept[position] = row
    Site.objects.filter(pk__in=[row.pk for row in left]).delete()
    if kept and not (kept[0].pk and kept[0].is_main):
        Site.objects.filter(organisation=organisation, is_main=True).update(is_main=False)
    for position in range(len(wanted)):
        kept[position].is_main = position == 0
        kept[position].full_clean(exclude=["region", "organisation"], validate_constraints=False)
        kept[position].save()
    return ["sites"]


def _place(row: Site, said: SiteDetails) -> None:
    found = locate(
        street=said.street,
        postcode=said.postcode,
        town=said.municipality,
        nuts=said.province_code if len(said.province_code) == 5 else "",
        country=said.country_code,
    )
    if row.municipality != said.municipality or row.street != said.street:
        row.latitude = row.longitude = None
    for name, value in asdict(said).items():
        setattr(row, name, value)
    row.municipality_code = found.municipality_code
    row.nuts_code = found.province_code or found.nuts_code


def _said(site: Site) -> SiteDetails:
    return SiteDetails(**{known.name: getattr(site, known.name) for known in fields(SiteDetails)})
