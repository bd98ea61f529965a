# SPDX-License-Identifier: EUPL-1.2
import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django_scopes.exceptions import ScopeError

from filanda.directory.organisations.models import Organisation
from filanda.kernel.regions.scoped import in_region


def test_a_query_without_an_active_region_raises(db):
    with pytest.raises(ScopeError):
        Organisation.objects.count()


def test_a_region_sees_its_own_rows_only(region, other_region):
    with in_region(other_region):
        Organisation.objects.create(region=other_region, name="Altrove", sort_key="altrove")
        assert Organisation.objects.count() == 1
    with in_region(region):
        assert Organisation.objects.count() == 0


def test_the_database_refuses_to_alter_the_journal(region):
    from filanda.kernel.journal.models import Event

    event = Event.objects.create(region=region, type="x", digest=b"0" * 32)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(type="y")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.delete()
    assert Event.objects.get(pk=event.pk).type == "x"
