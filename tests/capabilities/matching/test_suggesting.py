# SPDX-License-Identifier: EUPL-1.2
import numpy as np

from filanda.capabilities.matching import suggesting, vectors
from filanda.capabilities.matching.embedding import embedder
from filanda.capabilities.matching.geometry import unit
from filanda.directory.organisations.models import ConceptOrigin, Evidence, EvidenceConcept, Organisation
from filanda.directory.organisations.models.keeping import RefusedConcept
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.journal.models import Event


def test_a_topic_near_everything_is_not_suggested_for_everything():
    rng = np.random.default_rng(3)
    evidence = unit(rng.normal(size=(60, 8)).astype(np.float32))
    broad = unit(evidence.mean(axis=0, keepdims=True))
    narrow = evidence[7:8]
    found = suggesting.best_topics(evidence, np.vstack([broad, narrow]))
    assert found[7][0][0] == 1
    assert sum(1 for chosen in found if chosen and chosen[0][0] == 0) < 15


def test_at_most_two_topics_best_first_and_none_when_nothing_is_near():
    rng = np.random.default_rng(4)
    found = suggesting.best_topics(
        unit(rng.normal(size=(200, 16)).astype(np.float32)), unit(rng.normal(size=(9, 16)).astype(np.float32))
    )
    assert all(len(chosen) <= 2 for chosen in found)
    assert all(chosen == sorted(chosen, key=lambda pair: -pair[1]) for chosen in found)
    assert any(not chosen for chosen in found)
    assert all(score >= suggesting.SURE for chosen in found for _at, score in chosen)


def test_suggestions_are_stored_as_such_and_leave_what_a_person_or_source_said(region, monkeypatch):
    scheme = ConceptScheme.objects.create(region=region, slug="s3")
    trains = Concept.objects.create(scheme=scheme, code="rail", labels={"it": "Ferrovie", "en": "Railways and trains"})
    cheese = Concept.objects.create(scheme=scheme, code="dairy", labels={"it": "Formaggi", "en": "Cheese and dairy"})
    for number, title in enumerate(["Quieter trains", "Cheese without salt", "Milk and butter", "Railway stations"]):
        Evidence.objects.create(
            region=region, kind="project", title=title, text=title, language="en", source="test", source_id=str(number)
        )
    said = Evidence.objects.get(title="Cheese without salt")
    EvidenceConcept.objects.create(region=region, evidence=said, concept=trains, origin=ConceptOrigin.STATED)
    model = embedder()
    vectors.embed_some(region, model)
    vectors.place(region, model, is_last=True)
    assert suggesting.suggest(region, model) == 0  # four pieces say nothing about averages
    monkeypatch.setattr(suggesting, "LEAST", 2)
    monkeypatch.setattr(suggesting, "SURE", 0.5)
    assert suggesting.suggest(region, model) >= 1
    links = EvidenceConcept.objects.filter(evidence__title="Quieter trains")
    assert [(link.concept_id, link.origin) for link in links] == [(trains.pk, ConceptOrigin.SUGGESTED)]
    assert [(link.concept_id, link.origin) for link in said.concept_links.all()] == [(trains.pk, ConceptOrigin.STATED)]
    assert cheese.pk not in links.values_list("concept_id", flat=True)
    event = Event.objects.get(type="matching.concepts.suggested")
    assert event.touches["evidence"]
    assert suggesting.suggest(region, model) == 0  # nothing is suggested twice
    quieter = Evidence.objects.get(title="Quieter trains")
    body = Organisation.objects.create(region=region, name="Treni", sort_key="treni")
    RefusedConcept.objects.create(region=region, organisation=body, evidence=quieter, concept=trains)
    quieter.concept_links.all().delete()
    assert suggesting.suggest(region, model) == 0  # nor what a person refused


def test_topics_for_a_sentence_come_from_the_cache_and_else_from_words(region):
    scheme = ConceptScheme.objects.create(region=region, slug="s3")
    top = Concept.objects.create(scheme=scheme, code="all", labels={"it": "Tutto", "en": "Everything"})
    for code, label in (("rail", "Railways and trains"), ("dairy", "Cheese and dairy"), ("steel", "Steel")):
        Concept.objects.create(
            scheme=scheme, code=code, labels={"it": label, "en": label}, broader=top, ancestor_ids=[top.pk]
        )
    model = embedder()
    text = "Stazioni e treni più silenziosi"
    assert suggesting.topics_for(region, text, model, 1) == []  # nothing is cached, and no word fits
    assert suggesting.topics_for(region, "", model) == suggesting.topics_for(region, "dairy", model) == []
    suggesting.topics_of(region, model)
    suggesting._kept.clear()  # as in another process
    assert [found.code for found in suggesting.topics_for(region, text, model, 1)] == ["rail"]
    assert len(suggesting.topics_for(region, text, model, 2)) == 2
