# SPDX-License-Identifier: EUPL-1.2
"""Events in the public API: what visitors read, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import now

from filanda.spaces.models import Openness, SpaceComponent
from tests.spaces.making import make_space

pytestmark = pytest.mark.django_db


def test_what_visitors_read(world, enter):
    begins = now() + timedelta(days=40)
    ahead = {"starts_at": begins, "ends_at": begins + timedelta(hours=1)}
    event = world.announce(title="Open hour", online_url="https://meet.example/secret", **ahead)
    world.draft(title="Draft", **ahead)
    closed = make_space(world.region, "Closed", openness=Openness.PRIVATE, managers=[world.bruno])
    inside = world.announce(space=closed, title="Whispered", **ahead)
    for who in (None, world.bruno):
        client = enter(who)
        answer = client.get("/api/v1/events")
        assert [one["title"] for one in answer.json()["events"]] == ["Open hour"]
        assert "meet.example" not in answer.content.decode()
        detail = client.get(f"/api/v1/events/{event.pk}")
        assert "<strong>looms</strong>" in detail.json()["html"]
        assert "meet.example" not in detail.content.decode()
        assert client.get(f"/api/v1/events/{inside.pk}").status_code == 404
    visitor = enter(None)
    assert len(visitor.get(f"/api/v1/events?month={begins:%Y-%m}").json()["events"]) == 1
    assert visitor.get("/api/v1/events?month=2020-01").json()["events"] == []
    assert visitor.get("/api/v1/events?month=2026-13").status_code == 422
    assert visitor.get("/api/v1/events?monht=2026-12").status_code == 422
    assert visitor.get("/api/v1/events?priority=nothing").json()["events"] == []
    assert visitor.get(f"/api/v1/events/{10**30}").status_code == 404
    SpaceComponent.objects.create(region=world.region, space=world.space, name="events", is_on=False)
    assert visitor.get("/api/v1/events").json()["events"] == []
    assert visitor.get(f"/api/v1/events/{event.pk}").status_code == 404
