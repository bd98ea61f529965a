# SPDX-License-Identifier: EUPL-1.2
"""What waits for the invented facilitator that a demonstration offers."""

from __future__ import annotations

import pytest

from filanda.across.administration.queries import waiting_for
from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.needs.models import IntroductionRequest
from filanda.directory.affiliations.demo.people import seed_people
from filanda.directory.affiliations.models import Claim, JoinRequest
from filanda.directory.organisations.demo.seeds import seed_demo
from filanda.directory.people.models import Person
from filanda.kernel.identity.actors import PLATFORM, VISITOR, actor_for
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region
from filanda.site.demo import PEOPLE, seed_desk_of_staff
from filanda.site.desk import seed_desk


@pytest.fixture
def altariva(db, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "files": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    seed_demo(PLATFORM)
    region = Region.objects.get(slug="altariva")
    with in_region(region):
        seed_people(PLATFORM, region, most=60)
        yield region


def test_the_facilitator_who_is_offered_has_people_and_things_to_decide(altariva):
    seed_desk_of_staff(PLATFORM, altariva)
    giulia = Account.objects.get(email=PEOPLE["facilitator"].email)
    assert Person.objects.filter(facilitator=giulia).count() >= 12
    names = [line.url_name for line in waiting_for(actor_for(giulia, has_second_factor=True))]
    assert set(names) >= {"profiles:queue", "ownership:claims", "workbench:requests"}
    assert IntroductionRequest.objects.open().count() == 1
    claim = Claim.objects.get()
    assert claim.state == "document_given"
    assert StoredFile.objects.filter(subject_kind="claim", subject_id=claim.pk).count() == 1
    request = JoinRequest.objects.get()
    marco = Account.objects.get(email=PEOPLE["organisation_admin"].email)
    assert request.organisation_id in actor_for(marco).scope_ids("organisation")


def test_what_was_dealt_with_does_not_come_back(altariva):
    seed_desk_of_staff(PLATFORM, altariva)
    seen = Event.objects.count()
    Claim.objects.update(state="refused")
    JoinRequest.objects.update(state="declined")
    IntroductionRequest.objects.update(state="answered")
    seed_desk_of_staff(PLATFORM, altariva)
    assert (Claim.objects.count(), JoinRequest.objects.count(), IntroductionRequest.objects.count()) == (1, 1, 1)
    assert Event.objects.count() == seen


def test_only_the_platform_seeds_and_only_where_people_are_invented(altariva, other_region):
    account = Account.objects.create_account(email="x@example.org")
    with pytest.raises(Forbidden):
        seed_desk(VISITOR, altariva, account, account)
    with in_region(other_region), pytest.raises(ValueError, match="invented"):
        seed_desk(PLATFORM, other_region, account, account)
