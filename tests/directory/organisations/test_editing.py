# SPDX-License-Identifier: EUPL-1.2
"""Editing as a whole, two at once, the history of it, and undoing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from filanda.directory.organisations.actions import (
    Details,
    EditConflict,
    EvidenceDetails,
    NothingToUndo,
    SiteDetails,
    add_evidence,
    create_organisation,
    details_of,
    hide_organisation,
    remove_evidence,
    restore_before,
    undo_change,
    update_details,
    update_evidence,
    update_organisation,
)
from filanda.directory.organisations.models import (
    Evidence,
    EvidenceLink,
    EvidenceParty,
    Identifier,
    Organisation,
    OrganisationName,
    OrganisationVersion,
    Site,
)
from filanda.directory.organisations.queries.history import changes_of
from filanda.kernel.identity.actors import PLATFORM, VISITOR, Actor
from filanda.kernel.identity.models import Account
from filanda.kernel.journal.models import Event
from filanda.kernel.policies import Forbidden


def admin_of(organisation, account_id=7, role="organisation_admin"):
    return Actor(
        account_id=account_id,
        roles=frozenset({"innovator"}),
        scoped=frozenset({(role, "organisation", organisation.pk)}),
    )


@pytest.fixture
def body(region):
    return create_organisation(actor=PLATFORM, region=region, name="Filanda Alfa")


def test_all_of_the_details_are_written_checked_and_placed(body):
    admin = admin_of(body)
    details = Details(
        name=" Filanda  Alfa ",
        website="https://alfa.example",
        description="Tessiamo la seta e la lana da cento anni, a Como e a Lecco.",
        languages=("it", "en", "it"),
        other_names=("Alfa", " Alfa", ""),
        identifiers=(("vat", "00743110157"), ("ror", "https://ror.org/01nffqt88")),
        sites=(SiteDetails(municipality="como", postcode="22100"), SiteDetails()),
    )
    assert sorted(update_details(actor=admin, organisation=body, details=details)) == [
        "description",
        "description_language",
        "identifiers",
        "languages",
        "other_names",
        "sites",
        "website",
    ]
    now = details_of(body)
    assert now.name == "Filanda Alfa"
    assert now.identifiers == (("ror", "01nffqt88"), ("vat", "IT00743110157"))
    assert (now.languages, now.other_names, now.description_language) == (("en", "it"), ("Alfa",), "it")
    assert now.sites == (SiteDetails("", "22100", "Como", "ITC42", "IT"),)
    events = Event.objects.count()
    assert update_details(actor=admin, organisation=body, details=now) == []
    assert Event.objects.count() == events


def test_wrong_values_are_told_by_field_and_nothing_is_written(body, region):
    other = create_organisation(actor=PLATFORM, region=region, name="Beta")
    Identifier.objects.create(region=region, organisation=other, scheme="pic", value="999979500")
    admin = admin_of(body)
    wrong = Details(name="Alfa", identifiers=(("vat", "00743110158"), ("pic", "12")))
    with pytest.raises(ValidationError) as refused:
        update_details(actor=admin, organisation=body, details=wrong)
    assert set(refused.value.message_dict) == {"vat", "pic"}
    with pytest.raises(ValidationError) as refused:
        update_details(actor=admin, organisation=body, details=Details(name="Alfa", website="javascript:alert(1)"))
    assert set(refused.value.message_dict) == {"website"}
    with pytest.raises(ValidationError) as refused:
        update_details(actor=admin, organisation=body, details=Details(name="X", identifiers=(("pic", "999979500"),)))
    assert "Beta" in str(refused.value.message_dict["pic"])
    Organisation.objects.filter(pk=other.pk).update(hidden_at="2026-01-01T00:00Z")
    with pytest.raises(ValidationError) as refused:
        update_details(actor=admin, organisation=body, details=Details(name="X", identifiers=(("pic", "999979500"),)))
    assert "Beta" not in str(refused.value.message_dict["pic"])
    body.refresh_from_db()
    assert (body.name, Identifier.objects.filter(organisation=body).count()) == ("Filanda Alfa", 0)


def test_two_editors_keep_what_only_one_changed_and_see_what_both_did(body):
    first, second = admin_of(body, 7), admin_of(body, 8)
    seen = details_of(body)
    update_details(
        actor=first, organisation=body, details=replace(seen, short_name="FA", size="small"), marks=seen.marks()
    )
    update_details(actor=second, organisation=body, details=replace(seen, website="https://b.it"), marks=seen.marks())
    now = details_of(body)
    assert (now.short_name, now.size, now.website) == ("FA", "small", "https://b.it")
    with pytest.raises(EditConflict) as conflict:
        update_details(
            actor=second, organisation=body, details=replace(seen, short_name="Alfa", name="Nuova"), marks=seen.marks()
        )
    assert conflict.value.theirs == {"short_name": "FA"}
    assert details_of(body) == now
    update_details(actor=second, organisation=body, details=replace(now, short_name="Alfa"), marks=conflict.value.marks)
    assert details_of(body).short_name == "Alfa"


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [
        (lambda body: VISITOR, False),
        (lambda body: Actor(account_id=1), False),
        (lambda body: Actor(account_id=1, roles=frozenset({"innovator"})), False),
        (lambda body: admin_of(body, role="organisation_member"), False),
        (lambda body: admin_of(Organisation(pk=body.pk + 1)), False),
        (lambda body: Actor(account_id=1, withheld=frozenset({"facilitator"})), False),
        (admin_of, True),
        (lambda body: Actor(account_id=1, roles=frozenset({"facilitator"})), True),
        (lambda body: Actor(account_id=1, roles=frozenset({"region_administrator"})), True),
    ],
)
def test_admins_and_staff_edit_and_nobody_else(body, actor, allowed):
    if allowed:
        update_details(actor=actor(body), organisation=body, details=Details(name="Altra"))
        assert Organisation.objects.get(pk=body.pk).name == "Altra"
    else:
        with pytest.raises(Forbidden):
            update_details(actor=actor(body), organisation=body, details=Details(name="Altra"))
        with pytest.raises(Forbidden):
            undo_change(actor=actor(body), organisation=body, change="00000000-0000-0000-0000-000000000000")


def test_its_own_people_see_a_hidden_body_and_others_do_not(body):
    Organisation.objects.filter(pk=body.pk).update(hidden_at="2026-01-01T00:00Z")
    assert list(Organisation.objects.visible_to(VISITOR)) == []
    assert list(Organisation.objects.visible_to(admin_of(Organisation(pk=body.pk + 1)))) == []
    assert list(Organisation.objects.visible_to(admin_of(body, role="organisation_member"))) == [body]


def test_the_history_tells_who_changed_what_and_an_undo_is_a_change_too(body, region):
    person = Account.objects.create_account(email="ada@example.org", name="Ada Prova")
    admin = admin_of(body, person.pk)
    before = details_of(body)
    update_details(
        actor=admin,
        organisation=body,
        details=replace(
            before,
            name="Nuovo nome",
            identifiers=(("vat", "IT00743110157"),),
            sites=(SiteDetails(municipality="Como"), SiteDetails(municipality="Lecco")),
            other_names=("Alfa",),
        ),
    )
    changes = changes_of(body, admin)
    assert [change.who for change in changes] == ["Ada Prova"]
    said = {(line.before, line.after) for line in changes[0].lines}
    assert said == {
        ("Filanda Alfa", "Nuovo nome"),
        ("", "IT00743110157"),
        ("", "Como, ITC42, IT"),
        ("", "Lecco, ITC43, IT"),
        ("", "Alfa"),
    }
    full = details_of(body)
    update_details(actor=admin, organisation=body, details=replace(full, sites=full.sites[::-1], short_name="N"))
    undo_change(actor=admin, organisation=body, change=changes_of(body, admin)[0].id)
    assert details_of(body) == full
    undo_change(actor=admin, organisation=body, change=changes[0].id)
    assert details_of(body) == before
    assert Organisation.objects.get(pk=body.pk).sort_key == "filanda alfa"
    assert Event.objects.order_by("-pk").first().type == "organisations.organisation.change_undone"
    undo_change(actor=admin, organisation=body, change=changes_of(body, admin)[0].id)
    assert details_of(body) == full
    with pytest.raises(NothingToUndo):
        undo_change(actor=admin, organisation=body, change="00000000-0000-0000-0000-000000000000")
    hide_organisation(actor=PLATFORM, organisation=body, now=now(), reason="test")
    assert not changes_of(body, admin)[0].is_undoable  # staff's to take back


def test_a_version_is_restored_with_all_that_came_after_it(body):
    admin = admin_of(body)
    for number in range(4):
        update_details(actor=admin, organisation=body, details=Details(name=f"Nome {number}", short_name=str(number)))
    changes = changes_of(body, admin)
    restore_before(actor=admin, organisation=body, change=changes[1].id)
    assert details_of(body).name == "Nome 1"
    restore_before(actor=admin, organisation=body, change=changes[-1].id)
    assert (details_of(body).name, details_of(body).short_name) == ("Filanda Alfa", "")


def test_another_body_cannot_be_reached_by_its_change(body, region):
    other = create_organisation(actor=PLATFORM, region=region, name="Beta")
    update_details(actor=admin_of(other), organisation=other, details=Details(name="Beta 2"))
    change = changes_of(other, admin_of(other))[0].id
    with pytest.raises(NothingToUndo):
        undo_change(actor=admin_of(body), organisation=body, change=change)
    with pytest.raises(Forbidden):
        changes_of(other, admin_of(body))


def test_an_import_writes_no_versions_of_what_it_adds_and_unsigned_ones_of_what_it_changes(region):
    plain = Organisation.objects.create(region=region, name="Senza", sort_key="senza")
    assert OrganisationVersion.objects.count() == 0
    update_organisation(actor=PLATFORM, organisation=plain, size="small")
    version = OrganisationVersion.objects.get()
    assert (version.size, version.pgh_context, version.pgh_label) == ("unknown", None, "update")


def test_removed_evidence_comes_back_whole(body, region):
    partner = create_organisation(actor=PLATFORM, region=region, name="Socia")
    admin = admin_of(body)
    piece = add_evidence(
        actor=admin,
        organisation=body,
        title="Telaio",
        kind="product",
        beside=EvidenceDetails(links=(("https://a.example/", "Sito"),), partner_ids=(partner.pk,)),
    )
    with pytest.raises(ValidationError):
        update_evidence(actor=admin, evidence=piece, beside=EvidenceDetails(links=(("javascript:x", ""),)))
    member = admin_of(body, role="organisation_member")
    update_evidence(actor=member, evidence=piece, title="Telaio nuovo")
    with pytest.raises(Forbidden):
        remove_evidence(actor=member, evidence=piece)
    with pytest.raises(Forbidden):
        update_evidence(actor=admin_of(partner), evidence=piece, title="Mio")
    added = changes_of(body, admin)[-1].lines
    assert [(line.label, line.after) for line in added if "Partner" in line.label] == [
        ("Telaio nuovo: Partner", "Socia")
    ]
    rows = [list(model.objects.order_by("pk").values()) for model in (EvidenceParty, EvidenceLink)]
    remove_evidence(actor=admin, evidence=piece)
    assert not Evidence.objects.exists()
    undo_change(actor=admin, organisation=body, change=changes_of(body, admin)[0].id)
    assert Evidence.objects.get().title == "Telaio nuovo"
    assert [list(model.objects.order_by("pk").values()) for model in (EvidenceParty, EvidenceLink)] == rows


def test_history_costs_the_same_for_one_change_and_for_ten(body):
    admin = admin_of(body)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            changes_of(body, admin)
        return len(queries)

    update_details(
        actor=admin, organisation=body, details=Details(name="Uno", sites=(SiteDetails(municipality="Como"),))
    )
    before = cost()
    for number in range(9):
        update_details(actor=admin, organisation=body, details=Details(name=f"Nome {number}"))
    assert cost() <= before


def test_a_spelling_of_a_source_is_kept_when_other_names_change(body, region):
    OrganisationName.objects.create(region=region, organisation=body, text="FILANDA ALFA", kind="spelling")
    update_details(actor=admin_of(body), organisation=body, details=Details(name="Filanda Alfa"))
    assert [row.text for row in OrganisationName.objects.all()] == ["FILANDA ALFA"]
    assert Site.objects.count() == 0
