# SPDX-License-Identifier: EUPL-1.2
"""Fill a fresh installation for the browser tests: `python -m tests.journeys.preparing`, settings from the environment.

The demonstration's region and all its organisations, but the evidence of eight topics only, one of each sector at
least: what is there is indexed and embedded as users have it, and embedding all of it would take most of a minute.
"""

from __future__ import annotations

from datetime import timedelta

TOPICS = ("00", "01", "08", "16", "24", "32", "40", "48")  # five pieces of evidence each
EXPIRED_TOKEN = "journeys-need-of-last-year"


def main() -> None:
    from filanda.site.django_ready import set_up_django

    set_up_django()
    from django.db import connection
    from django.db.models import Q
    from django.utils.timezone import now

    from filanda.capabilities.matching import vectors
    from filanda.capabilities.matching.embedding import embedder
    from filanda.capabilities.needs.models import SavedNeed
    from filanda.capabilities.search.indexer import Indexer
    from filanda.directory.organisations.models import Evidence
    from filanda.kernel.journal import chain
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region
    from filanda.site.preparing import prepare_installation

    prepare_installation()
    region = Region.objects.get(slug="altariva")
    with in_region(region):
        kept = Q()
        for topic in TOPICS:
            kept |= Q(source_id__startswith=f"{topic}-")
        Evidence.objects.exclude(kept).delete()
        SavedNeed.objects.create(
            region=region,
            token=EXPIRED_TOKEN,
            text="Sensori per il latte crudo",
            language="it",
            created_at=now() - timedelta(days=40),
            expires_at=now() - timedelta(days=10),
        )
    chain.extend()
    indexer = Indexer()
    indexer.catch_up()
    indexer.close()
    with in_region(region):
        model = embedder()
        if model is not None:
            while vectors.embed_some(region, model):
                pass
            vectors.place(region, model, is_last=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def session_of(email: str) -> str:
    """The key of a session of an invented account, as signing in opens one."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from filanda.kernel.identity.models import Account

    account = Account.objects.get(email=email, is_invented=True)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def person_with(**fields: str) -> str:
    """The e-mail address of the first invented person with these fields."""
    from filanda.directory.people.models import Person
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region

    with in_region(Region.objects.get(slug="altariva")):
        return str(Person.objects.filter(is_invented=True, **fields).order_by("pk")[0].account.email)


if __name__ == "__main__":
    main()
