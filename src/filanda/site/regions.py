# SPDX-License-Identifier: EUPL-1.2
"""What operators do with regions: add one, give it a host name; the region of the real data."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from filanda.directory.taxonomies.actions import ensure_shipped
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region, RegionHost
from filanda.spaces.actions.founding import ensure_region_spaces


class RegionWrong(ValueError):
    """`str()` is the sentence for the operator."""


def add_region(*, actor: Actor, slug: str, names: dict[str, str], hosts: list[str]) -> Region:
    """Add a region that answers to `hosts`, the first of which is its main one, with the space that is itself. Raises
    RegionWrong, Forbidden.
    """
    with transaction.atomic(durable=True):
        require(actor, "regions.manage")
        region = Region(slug=slug, names=names, languages=[code for code in ("it", "en") if names.get(code)])
        region.default_language = region.languages[0]
        try:
            region.full_clean(exclude=["home_texts", "settings", "data_notices", "theme", "shapes"])
        except ValidationError as error:
            raise RegionWrong(_sentence(error)) from None
        region.save()
        record("regions.region.added", region=region, actor=actor, subject=region)
        for host in hosts:
            _add_host(actor, region, host)
    ensure_region_spaces(actor=actor)
    return region


def ensure_lombardy(*, actor: Actor) -> Region:
    """The region of the real data: made with its theme, map, vocabularies and notice if it is not there."""
    found = Region.objects.filter(slug="lombardia").first()
    if found is not None:
        return found
    names = {"it": "Lombardia", "en": "Lombardy"}
    region = add_region(actor=actor, slug="lombardia", names=names, hosts=["lombardia.localhost"])
    region.nuts_code, region.theme, region.shapes = "ITC4", "lombardia", "lombardia"
    region.data_notices = ["CORDIS, © European Union, CC BY 4.0"]
    region.save(update_fields=["nuts_code", "theme", "shapes", "data_notices"])
    ensure_shipped(region, actor=actor)
    return region


def add_host(*, actor: Actor, region: Region, host: str) -> RegionHost:
    """Let `region` answer to the name `host`. Raises RegionWrong for a wrong or taken name, Forbidden."""
    with transaction.atomic(durable=True):
        require(actor, "regions.manage")
        return _add_host(actor, region, host)


def _add_host(actor: Actor, region: Region, name: str) -> RegionHost:
    host = RegionHost(region=region, host=name.strip().lower(), is_primary=not region.hosts.exists())
    taken = RegionHost.objects.filter(host=host.host).select_related("region").first()
    if taken is not None:
        raise RegionWrong(f"The host name {host.host} already opens the region {taken.region.slug}.")
    try:
        host.full_clean()
    except ValidationError as error:
        raise RegionWrong(_sentence(error)) from None
    host.save()
    record("regions.host.added", region=region, actor=actor, subject=region, payload={"host": host.host})
    return host


def _sentence(error: ValidationError) -> str:
    return " ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
