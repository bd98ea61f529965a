# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from filanda.directory.affiliations.demo.names import MOST, person_name
from filanda.directory.affiliations.demo.organisations import seed_organisations
from filanda.directory.affiliations.demo.people import DOMAIN, seed_people
from filanda.directory.affiliations.models import Position
from filanda.directory.organisations.demo.seeds import seed_demo
from filanda.directory.organisations.models import Evidence, Organisation
from filanda.directory.people import values
from filanda.directory.people.models import Person, ValidationState
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region


def test_every_number_has_a_name_of_its_own():
    assert len({person_name(number) for number in range(20_000)}) == 20_000
    assert len({person_name(number) for number in range(MOST - 200, MOST)}) == 200


@pytest.fixture
def altariva(db):
    seed_demo(PLATFORM)
    region = Region.objects.get(slug="altariva")
    with in_region(region):
        yield region


def test_people_are_the_same_each_time_and_could_have_typed_what_they_say(altariva):
    assert seed_people(PLATFORM, altariva, most=60) == 60
    first = list(
        Person.objects.order_by("account__email").values("name", "headline", "about", "orcid", "listing", "state")
    )
    assert seed_people(PLATFORM, altariva, most=60) == 0
    assert seed_people(PLATFORM, altariva, most=70) == 10
    for person in Person.objects.all():
        assert person.is_invented
        assert person.account.email.endswith(f"@{DOMAIN}")
        assert values.checked_name(person.name) == person.name
        assert values.checked_orcid(person.orcid) == person.orcid
        assert values.checked_links(person.links) == person.links
        assert values.checked_languages(person.languages) == person.languages
        assert values.checked_line(person.headline, values.HEADLINE_LENGTH) == person.headline
        assert person.headline
        assert person.concept_links.exists()
    assert 40 < Position.objects.count() < 90
    assert set(Person.objects.values_list("listing", flat=True)) == {"public", "members", "private"}
    waiting = Person.objects.exclude(state=ValidationState.VALIDATED).values_list("joined_at", flat=True)
    assert waiting
    assert all(timedelta() <= now() - since < timedelta(days=13) for since in waiting)
    event = Event.objects.filter(type="people.demo.seeded").first()
    assert len(event.touches["person"]) == 60
    Person.objects.all().delete()
    Account.objects.filter(email__endswith=f"@{DOMAIN}").delete()
    seed_people(PLATFORM, altariva, most=60)
    again = list(
        Person.objects.order_by("account__email").values("name", "headline", "about", "orcid", "listing", "state")
    )
    assert again == first


def test_people_are_not_invented_for_real_regions_nor_by_anybody(altariva, other_region):
    with in_region(other_region), pytest.raises(ValueError, match="invented region"):
        seed_people(PLATFORM, other_region, most=1)
    with pytest.raises(Forbidden):
        seed_people(VISITOR, altariva, most=1)


def test_organisations_grow_to_the_number_asked_for(altariva):
    before = Evidence.objects.count()
    report = seed_organisations(PLATFORM, altariva, count=100)
    assert (report.organisations_created, Organisation.objects.filter(is_external=False).count()) == (40, 100)
    assert Evidence.objects.count() == before + 80
    assert seed_organisations(PLATFORM, altariva, count=100).changed_nothing
    assert seed_demo(PLATFORM) is None
