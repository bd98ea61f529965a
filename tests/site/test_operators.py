# SPDX-License-Identifier: EUPL-1.2
import pytest

from filanda.kernel.identity.actors import PLATFORM, actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden
from filanda.kernel.regions.scoped import across_regions
from filanda.site.operators import make_operator
from tests.signing import sign_in


def test_the_platform_makes_and_ends_operators_and_nobody_else(client, region):
    oscar = Account.objects.create_account(email="oscar@example.org", name="Oscar")
    RoleGrant.objects.create(region=region, account=oscar, role=Role.REGION_ADMINISTRATOR)
    with pytest.raises(Forbidden):
        make_operator(actor=actor_for(oscar, has_second_factor=True), account=oscar, is_operator=True)
    sign_in(client, oscar)
    assert client.get("/it/operators/jobs/").status_code == 403
    for _time in range(2):
        make_operator(actor=PLATFORM, account=oscar, is_operator=True)
    assert client.get("/it/operators/jobs/").status_code == 200
    make_operator(actor=PLATFORM, account=oscar, is_operator=False)
    assert client.get("/it/operators/jobs/").status_code == 403
    with across_regions():
        told = Event.objects.filter(type__startswith="operators.").order_by("pk").values_list("type", flat=True)
        assert list(told) == ["operators.operator.made", "operators.operator.ended"]


def test_django_s_own_admin_is_not_there(client, settings):
    assert "django.contrib.admin" not in settings.INSTALLED_APPS
    for path in ("/admin/", "/it/admin/", "/operators/"):
        assert client.get(path).status_code == 404
