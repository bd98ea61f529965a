# SPDX-License-Identifier: EUPL-1.2
"""The indexer on real rows and a real journal: what was written is found, and nothing gets lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from django.utils.timezone import now

from filanda.capabilities.search import indexer as indexer_module
from filanda.capabilities.search import refreshing as refreshing_module
from filanda.capabilities.search.engine import search_index
from filanda.capabilities.search.evidence import evidence_scores
from filanda.capabilities.search.index import EVERYTHING, LockBusy, Question, Shard
from filanda.capabilities.search.indexer import Indexer
from filanda.capabilities.search.queries import find_organisations, organisation_ids, suggest
from filanda.capabilities.search.status import index_status
from filanda.capabilities.search.tantivy_index import TantivyIndex
from filanda.directory.organisations.models import Evidence, EvidenceParty, Organisation
from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor
from filanda.kernel.journal import chain
from filanda.kernel.journal.actions import record
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.text.folding import sort_key

FACILITATOR = Actor(account_id=1, roles=frozenset({"facilitator"}))


def make(region: Region, name: str, **fields) -> Organisation:
    return Organisation.objects.create(region=region, name=name, sort_key=sort_key(name), **fields)


def show(region: Region, title: str, *bodies: Organisation, **fields) -> Evidence:
    plain = {"kind": "project", "language": "it", "source": "test", "source_id": title[:100]}
    piece = Evidence.objects.create(region=region, title=title, **(plain | fields))
    EvidenceParty.objects.bulk_create(
        [EvidenceParty(region=region, evidence=piece, organisation=body) for body in bodies]
    )
    return piece


def say(region: Region, **touches) -> None:
    """Record that these rows changed, as an action would."""
    with transaction.atomic():
        record("organisations.import.batch_imported", region=region, actor=PLATFORM, touches=touches)


def ids_of(region: Region, text: str = "", actor: Actor = VISITOR, **options) -> list[int]:
    return find_organisations(region, actor, text, **options).ids


# Following


def test_before_the_first_build_nothing_is_found_and_it_is_said(region, settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path / "none"
    found = find_organisations(region, VISITOR, "x")
    assert (found.total, found.ids, found.facets, found.is_rebuilding) == (0, [], [], True)
    assert suggest(region, VISITOR, "x") == []
    assert evidence_scores(region.pk, "x", audience=None) == []
    assert organisation_ids(region, VISITOR, {}) == []


def test_rows_are_found_with_their_evidence_after_the_first_build(region, indexed):
    body, other = make(region, "Tessitura Serica", helix_role="industry"), make(region, "Ateneo", helix_role="academia")
    show(region, "Seta e nuovi filati", body, text="Coloranti naturali per tessuti")
    indexed()
    assert ids_of(region, "serica") == ids_of(region, "coloranti naturali") == ids_of(region, "filato") == [body.pk]
    assert sorted(ids_of(region)) == [body.pk, other.pk]
    found = find_organisations(region, VISITOR, filters={"helix_role": ["industry"]})
    assert found.ids == [body.pk]
    roles = {count.value: (count.count, count.is_chosen) for count in found.facets if count.name == "helix_role"}
    assert roles == {"industry": (1, True), "academia": (1, False)}
    assert not found.is_rebuilding


def test_changes_follow_the_journal(region, indexed):
    body = make(region, "Tessitura Serica")
    indexed()
    body.name = "Filanda Nuova"
    body.save()
    indexed()
    assert ids_of(region, "nuova") == []  # nobody said so
    say(region, organisation=[body.pk])
    indexed()
    assert (ids_of(region, "nuova"), ids_of(region, "serica")) == ([body.pk], [])
    pk = body.pk
    body.delete()
    say(region, organisation=[pk])
    indexed()
    assert ids_of(region) == []


def test_what_depends_on_a_touched_row_follows_it(region, indexed):
    body, partner = make(region, "Tessitura"), make(region, "Ateneo")
    piece = show(region, "Seta", body, partner)
    indexed()
    Evidence.objects.filter(pk=piece.pk).update(title="Canapa")
    say(region, evidence=[piece.pk])
    indexed()
    assert sorted(ids_of(region, "canapa")) == [body.pk, partner.pk]
    assert ids_of(region, "seta") == []
    EvidenceParty.objects.filter(organisation=partner).delete()
    say(region, evidence=[piece.pk])
    indexed()
    assert ids_of(region, "canapa") == [body.pk]  # the partner was known to the index alone
    piece_id = piece.pk
    piece.delete()
    say(region, evidence=[piece_id])
    indexed()
    assert ids_of(region, "canapa") == []
    assert evidence_scores(region.pk, "canapa", audience=None) == []


def test_a_hidden_body_goes_from_hits_counts_suggestions_and_its_own_evidence(region, indexed):
    body, partner = make(region, "Tessitura", helix_role="industry"), make(region, "Ateneo", helix_role="academia")
    alone, shared = show(region, "Canapa sola", body), show(region, "Canapa insieme", body, partner)
    indexed()
    public = VISITOR.audience_tokens
    assert {s.evidence_id for s in evidence_scores(region.pk, "canapa", audience=public)} == {alone.pk, shared.pk}
    Organisation.objects.filter(pk=body.pk).update(hidden_at=now())
    say(region, organisation=[body.pk])
    indexed()
    found = find_organisations(region, VISITOR, "canapa")
    assert (found.ids, found.total) == ([partner.pk], 1)
    assert [c.value for c in found.facets if c.name == "helix_role"] == ["academia"]
    assert suggest(region, VISITOR, "tessitura") == []
    assert [s.evidence_id for s in evidence_scores(region.pk, "canapa", audience=public)] == [shared.pk]
    assert evidence_scores(region.pk, "canapa", audience=public, filters={"helix_role": ["industry"]}) == []
    assert evidence_scores(region.pk, "canapa", audience=public, organisation_ids=[body.pk]) == []
    assert sorted(ids_of(region, "canapa", FACILITATOR)) == sorted(ids_of(region, "canapa", PLATFORM))
    assert len(ids_of(region, "canapa", FACILITATOR)) == 2
    Organisation.objects.filter(pk=body.pk).update(hidden_at=None)
    say(region, organisation=[body.pk])
    indexed()
    assert len(ids_of(region, "canapa")) == 2
    assert len(evidence_scores(region.pk, "canapa", audience=public)) == 2


def test_external_partners_and_other_regions_are_not_found(region, other_region, indexed):
    outside = make(region, "Canapa Estera", is_external=True)
    show(region, "Canapa altrove", outside)
    with in_region(other_region):
        stranger = make(other_region, "Canapa Forestiera")
        show(other_region, "Canapa forestiera", stranger)
    indexed()
    assert ids_of(region, "canapa", PLATFORM) == []
    assert suggest(region, PLATFORM, "canapa") == []
    assert evidence_scores(region.pk, "canapa", audience=None) == []
    assert ids_of(other_region, "canapa") == [stranger.pk]


def test_a_new_region_is_taken_up_and_a_deleted_one_dropped(region, indexed, settings):
    indexed()
    fresh = Region.objects.create(slug="fresh", names={})
    with in_region(fresh):
        body = make(fresh, "Nuova")
    indexed()
    assert ids_of(fresh, "nuova") == [body.pk]
    pk = fresh.pk
    with in_region(fresh):
        Organisation.objects.all().delete()
    Region.objects.filter(pk=pk).delete()
    indexed()
    assert not [shard for shard in search_index().shards() if shard.region_id == pk]


# Nothing gets lost


def test_only_one_indexer_at_a_time(region, indexed):
    with pytest.raises(LockBusy):
        Indexer(search_index())


def test_a_stopped_indexer_goes_on_where_it_was(region, indexed, settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path / "own"
    body = make(region, "Tessitura")
    say(region, organisation=[body.pk])
    chain.extend()
    first = Indexer(search_index())
    first.catch_up()
    first.close()
    later = make(region, "Filanda")
    say(region, organisation=[later.pk])
    say(region)
    chain.extend()
    second = Indexer(search_index())
    second.catch_up()
    assert sorted(ids_of(region)) == sorted([body.pk, later.pk])
    second.close()
    positions = [search_index().reader(shard).checkpoint.position for shard in search_index().shards()]
    assert positions == [chain.head()] * len(search_index().shards())
    assert len(positions) >= 2


@pytest.mark.parametrize("damage", ["directory", "root", "meta", "segment", "marker"])
def test_a_lost_or_damaged_index_is_built_again(region, settings, tmp_path, damage):
    settings.SEARCH_INDEX = root = tmp_path / "own"
    body = make(region, "Tessitura")
    indexer = Indexer(search_index())
    indexer.catch_up()
    place = root / str(region.pk) / "organisation"
    if damage == "directory":
        shutil.rmtree(place)
    elif damage == "root":
        shutil.rmtree(root)
    elif damage == "meta":
        next(place.glob("[0-9a-f]*/meta.json")).unlink()
    elif damage == "marker":
        search_index().report_damage(Shard(region.pk, "organisation"))
    else:  # noticed by whoever starts next
        indexer.close()
        for path in place.glob("[0-9a-f]*/*.term"):
            path.unlink()
        indexer = Indexer(TantivyIndex(root))
    indexer.catch_up()
    search_index().refresh()
    assert ids_of(region, "tessitura") == [body.pk]
    indexer.close()


def test_an_index_of_another_database_is_built_again(region, settings, tmp_path):
    settings.SEARCH_INDEX = tmp_path / "own"
    body = make(region, "Tessitura")
    say(region)
    chain.extend()
    stranger = Indexer(search_index())
    stranger._journal = "ab" * 32
    stranger.catch_up()
    stranger.close()
    Organisation.objects.filter(pk=body.pk).update(name="Filanda")
    ours = Indexer(search_index())
    ours.catch_up()
    assert ids_of(region, "filanda") == [body.pk]
    ours.close()


def test_while_it_is_rebuilt_the_old_one_serves_and_a_lost_one_serves_what_there_is(
    region, settings, tmp_path, monkeypatch
):
    monkeypatch.setattr(indexer_module, "CHUNK", 2)
    monkeypatch.setattr(indexer_module, "_COMMIT_ROWS", 2)
    settings.SEARCH_INDEX = tmp_path / "own"
    bodies = [make(region, f"Tessitura {n}") for n in range(6)]
    shard = Shard(region.pk, "organisation")
    indexer = Indexer(search_index())
    indexer.step()
    partial = find_organisations(region, VISITOR, "tessitura")
    assert (partial.total, partial.is_rebuilding) == (2, True)
    indexer.catch_up()
    assert find_organisations(region, VISITOR, "tessitura").total == 6
    search_index().request_rebuild(shard)
    indexer.step()
    while_rebuilt = find_organisations(region, VISITOR, "tessitura")
    assert (while_rebuilt.total, while_rebuilt.is_rebuilding) == (6, False)
    bodies[0].delete()
    say(region, organisation=[bodies[0].pk or 0, min(body.pk for body in bodies[1:]) - 1])
    chain.extend()
    indexer.catch_up()
    assert not search_index().is_rebuild_requested(shard)
    assert find_organisations(region, VISITOR, "tessitura").total == 5
    indexer.close()


def test_a_database_that_goes_away_is_waited_for(region, indexed, monkeypatch):
    body = make(region, "Tessitura")
    waits: list[float] = []
    tries = iter([OperationalError("the server closed the connection"), OperationalError("refused")])
    head = chain.head

    def unsteady() -> int:
        if error := next(tries, None):
            raise error
        return head()

    monkeypatch.setattr(chain, "head", unsteady)
    monkeypatch.setattr(indexer_module, "close_old_connections", lambda: None)
    monkeypatch.setattr(indexer_module.connection, "close", lambda: None)
    settings_root = search_index().root.parent / "own"
    indexer = Indexer(TantivyIndex(settings_root))
    indexer.run(lambda: len(waits) >= 3, waits.append)
    assert waits[:2] == [0.4, 0.8]
    assert TantivyIndex(settings_root).reader(Shard(region.pk, "organisation")).count() == 1
    assert body.pk
    indexer.close()


def test_told_to_stop_in_the_middle_of_a_refresh_it_stops_and_loses_nothing(region, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(refreshing_module, "CHUNK", 1)
    monkeypatch.setattr(indexer_module, "close_old_connections", lambda: None)
    settings.SEARCH_INDEX = tmp_path / "own"
    first = Indexer(search_index())
    first.catch_up()
    say(region, organisation=[make(region, f"Tessitura {n}").pk for n in range(3)])
    chain.extend()
    looks = iter([False, False])  # before the step, and after its first chunk
    first.run(lambda: next(looks, True))
    first.close()
    assert ids_of(region, "tessitura") == []
    second = Indexer(search_index())
    second.catch_up()
    second.close()
    assert len(ids_of(region, "tessitura")) == 3


def test_status_tells_lag_and_documents(region, indexed):
    show(region, "Seta", make(region, "Tessitura"))
    indexed()
    say(region)
    chain.extend()
    status = index_status()
    assert (status.documents["evidence"], status.documents["organisation"]) == (1, 1)
    assert (sum(status.documents.values()), status.lag, status.is_running) == (2, 1, True)
    indexed()
    assert index_status().lag == 0


# The process


def _environment(root) -> dict[str, str]:
    own = connection.settings_dict
    address = f"postgresql://{own['USER']}@/{own['NAME']}?host={own['HOST']}"
    return os.environ | {"DATABASE_URL": address, "FILANDA_DATA": str(root), "FILANDA_LOG_LEVEL": "WARNING"}


def _removed(place: Path) -> bool:
    """Whether all that was there is gone: the indexer may write into it while it is being removed."""
    try:
        shutil.rmtree(place)
    except OSError:
        return False
    return True


def _until(condition, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_kill_9_at_any_moment_loses_nothing_and_sigterm_ends_cleanly(tmp_path):
    region = Region.objects.create(slug="test", names={"it": "Prova"})
    index = TantivyIndex(tmp_path / "index", look_every=0)
    shard = Shard(region.pk, "organisation")
    command = [sys.executable, "-m", "filanda.site.cli", "indexer"]

    def count() -> int:
        reader = index.reader(shard)
        return reader.search(Question(text="", audience=[EVERYTHING])).total if reader else -1

    def add(amount: int) -> None:
        with in_region(region):
            for start in range(0, amount, 200):
                with transaction.atomic():
                    rows = Organisation.objects.bulk_create(
                        Organisation(region=region, name=f"Body {n}", sort_key=f"body {n}")
                        for n in range(start, min(start + 200, amount))
                    )
                    record(
                        "organisations.import.batch_imported",
                        region=region,
                        actor=PLATFORM,
                        touches={"organisation": [row.pk for row in rows]},
                    )
        chain.extend()

    process = subprocess.Popen(command, env=_environment(tmp_path))
    try:
        _until(lambda: count() == 0)
        total = 0
        for delay in (0.0, 0.1, 0.3):
            add(1000)
            total += 1000
            time.sleep(delay)
            process.kill()
            process.wait()
            process = subprocess.Popen(command, env=_environment(tmp_path))
            _until(lambda expected=total: count() == expected)
        _until(lambda: _removed(tmp_path / "index"))
        _until(lambda: count() == total)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        assert index.reader(shard).checkpoint.position == chain.head()
    finally:
        process.kill()
        process.wait()
    built = subprocess.run(
        [sys.executable, "-m", "filanda.site.cli", "reindex"],
        env=_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"{total} documents" in built.stdout
