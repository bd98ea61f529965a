# SPDX-License-Identifier: EUPL-1.2
"""Loading schemes: one that somebody gives, and those that are shipped."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from filanda.directory.taxonomies import shipping
from filanda.directory.taxonomies.models import ConceptScheme
from filanda.directory.taxonomies.records import Problem, SchemeData, check
from filanda.directory.taxonomies.steps import Progress, TooManyVanish, Written, write_scheme
from filanda.kernel.identity.actors import PLATFORM, Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.policies import require
from filanda.kernel.regions.models import Region

__all__ = ["Loaded", "TooManyVanish", "ensure_shipped", "load_scheme"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The outcome of loading a scheme; `problems` names every row that was left out or read with a doubt."""

    scheme: ConceptScheme
    created: int
    changed: int
    unchanged: int
    deprecated: int
    unresolved_mappings: list[str]
    problems: list[Problem]


def load_scheme(
    *,
    actor: Actor,
    region: Region | None,
    data: SchemeData,
    may_shrink: bool = False,
    progress: Progress | None = None,
) -> Loaded:
    """Load `data` as a scheme of `region` (None: a general one, for all regions).

    Idempotent: concepts are matched by code; what vanished from the file becomes deprecated, never deleted.
    Bad rows are left out and named in the answer. Raises policies.Forbidden; TooManyVanish when the file lacks more
    than half of an official scheme and `may_shrink` is false.
    """
    with transaction.atomic(durable=True):
        require(actor, "taxonomies.schemes.load", region)
        checked = check(data)
        written = write_scheme(region, checked, may_shrink=may_shrink, progress=progress)
        _record(written, region, actor)
    return Loaded(
        scheme=written.scheme,
        created=written.created,
        changed=written.changed,
        unchanged=written.unchanged,
        deprecated=written.deprecated,
        unresolved_mappings=written.unresolved_mappings,
        problems=checked.problems,
    )


def ensure_shipped(region: Region | None = None, *, actor: Actor = PLATFORM) -> list[ConceptScheme]:
    """Load the shipped schemes that are missing or were renewed: general ones, and with `region` its S3 list too.

    Fast when there is nothing to do (one query). A scheme that somebody loaded in place of a shipped one is never
    touched. Returns the schemes that were written.
    """
    with transaction.atomic(durable=True):
        wanted = shipping.general() + (shipping.regional(region) if region is not None else [])
        known = {
            (scheme.region_id, scheme.slug): scheme.fingerprint
            for scheme in ConceptScheme.objects.filter(slug__in={shipped.slug for shipped in wanted})
        }
        changed: list[ConceptScheme] = []
        for shipped in wanted:
            owner = region if shipped.is_regional else None
            fingerprint = known.get((owner.pk if owner is not None else None, shipped.slug))
            if fingerprint == "" or fingerprint == shipped.fingerprint:
                continue
            require(actor, "taxonomies.schemes.load", owner)
            written = write_scheme(owner, check(shipped.read()), may_shrink=True)
            _record(written, owner, actor)
            changed.append(written.scheme)
    return changed


def _record(written: Written, region: Region | None, actor: Actor) -> None:
    if not written.did_something:
        return
    scheme = written.scheme
    record(
        "taxonomies.scheme.loaded",
        region=region,
        actor=actor,
        subject=scheme,
        payload={
            "scheme": scheme.slug,
            "source": scheme.source,
            "created": written.created,
            "changed": written.changed,
            "deprecated": written.deprecated,
        },
        touches={"concept": written.touched_ids} if written.touched_ids else None,
    )
