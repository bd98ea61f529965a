# SPDX-License-Identifier: EUPL-1.2
"""The same pages with vectors: answers across languages, similar organisations, and what they cost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filanda.capabilities.matching import vectors
from filanda.capabilities.matching.embedding import embedder
from filanda.capabilities.needs.models import SavedNeed
from filanda.kernel.kept import forget_all
from tests.across.finder.conftest import body, index, piece


@pytest.fixture
def embedded(place, region):
    """The few texts of the region, embedded and placed as the worker does it."""
    model = embedder()
    if model is None:
        pytest.skip("no embedding model is installed")
    forget_all()
    town_hall = body(region, "Ospedale Vecchio", helix_role="government")
    piece(region, "Patients at home", town_hall, text="Telemedicine for patients with heart failure.", language="en")
    index(region)
    while vectors.embed_some(region, model):
        pass
    vectors.place(region, model, is_last=True)
    yield place
    forget_all()


def test_a_need_is_answered_across_languages_and_never_by_who_is_hidden(client, embedded, region):
    need = SavedNeed.objects.create(region=region, text="Looking for bacteria sensors for dairies", language="en")
    shown = client.get(f"/it/needs/{need.token}/").content.decode()
    assert "Ranked by words alone" not in shown
    assert "Caseificio Valdorsa" in shown
    assert "egretissim" not in shown


def test_similar_organisations_leave_the_hidden_out(client, embedded):
    shown = client.get(f"/it/organisations/{embedded.dairy.pk}/caseificio-valdorsa/").content.decode()
    similar = shown.split('id="similar"')[1]
    assert "Laboratorio Microbi" in similar
    assert "egretissim" not in shown


def test_queries_stay_few_with_vectors(client, embedded, region, monkeypatch):
    need = SavedNeed.objects.create(region=region, text="Cerchiamo chi misura i batteri nel latte", language="it")
    page = f"/it/organisations/{embedded.dairy.pk}/caseificio-valdorsa/"
    for address in (f"/it/needs/{need.token}/", f"/it/needs/{need.token}/?helix_role=industry", page, page + "?e=1"):
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        assert len(captured) <= 8, (address, [query["sql"][:80] for query in captured.captured_queries])
