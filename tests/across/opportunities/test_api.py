# SPDX-License-Identifier: EUPL-1.2
"""Funding calls in the public API."""

from __future__ import annotations

from datetime import date

from filanda.directory.funding import actions
from filanda.kernel.identity.actors import PLATFORM
from tests.directory.funding.making import NOW, make_call


def test_the_list_and_one_call(region, client, indexed):
    late = make_call(region, "Silk", deadlines=[date(2027, 5, 1)], programme="Weaving", budget=10)
    soon = make_call(region, "Water", deadlines=[date(2026, 12, 1), date(2027, 1, 1)])
    over = make_call(region, "Old", deadlines=[date(2026, 11, 1)])
    gone = make_call(region, "Gone")
    actions.withdraw(actor=PLATFORM, call=gone, now=NOW)
    indexed()
    found = client.get("/api/v1/funding").json()
    assert [one["id"] for one in found["calls"]] == [soon.pk, late.pk]
    assert found["total"] == 2
    assert {"name": "state", "value": "closed", "label": "Chiuso", "count": 1} in [
        one | {"label": "Chiuso"} for one in found["facets"]
    ]
    closed = client.get("/api/v1/funding?state=closed").json()
    assert [one["id"] for one in closed["calls"]] == [over.pk]
    one = client.get(f"/api/v1/funding/{soon.pk}").json()
    assert one["deadlines"] == ["2026-12-01", "2027-01-01"]
    assert (one["call"]["next_deadline"], one["call"]["closes_on"]) == ("2026-12-01", "2027-01-01")
    assert client.get(f"/api/v1/funding/{gone.pk}").status_code == 404
    assert client.get("/api/v1/funding/99999999999999999999999").status_code == 404
    assert client.get("/api/v1/funding?state=odd").status_code == 422
