# SPDX-License-Identifier: EUPL-1.2
"""The world of the matrix: one region with something of everything, its people, and a second region beside it.

Whatever is not for everybody carries a marker of its own, so that a test can look for it in any answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from filanda.across.communities.actions import draft_letter
from filanda.capabilities.collaborations.models import Collaboration, Party
from filanda.capabilities.desk.models import Absence, DeskItem, DeskNote, SavedReply
from filanda.capabilities.files.models import FileKind, StoredFile
from filanda.capabilities.files.storing import write
from filanda.capabilities.introductions.models import Introduction, Side
from filanda.capabilities.needs.actions import ask_for_introduction
from filanda.capabilities.needs.models import SavedNeed
from filanda.capabilities.threads.actions import open_thread
from filanda.components.documents.actions.bringing import write_page
from filanda.components.documents.actions.folders import create_folder
from filanda.components.events.actions.announcing import publish_event, write_event
from filanda.components.events.details import Details
from filanda.components.news.actions import publish_news, write_news
from filanda.components.proposals.models import ExpressionOfInterest, Proposal, ProposalState, SavedSearch
from filanda.directory.affiliations.models import Claim, ClaimState, Invitation, JoinRequest, Position, scope_of
from filanda.directory.funding.models import FundingCall
from filanda.directory.organisations.models import Evidence, EvidenceParty, Organisation, OrganisationState
from filanda.directory.organisations.models.keeping import ImportRun, Objection
from filanda.directory.people.models import Person, Visibility
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.actors import VISITOR, actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant
from filanda.kernel.legal.models import Feedback
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import in_region
from filanda.kernel.text.folding import sort_key
from filanda.spaces.models import Membership, Openness, Space, SpaceKind
from tests.signing import sign_in
from tests.spaces.making import make_space

# What nobody reads who is not meant to. Each stands in one private thing, and in no public one.
HIDDEN_BODY = "Zorbaquilt"  # the name of an organisation that is hidden
HIDDEN_EVIDENCE = "Velatunqio"  # the title of its evidence
MEMBERS_TEXT = "Memblarwix"  # a field of a public profile, for members
PRIVATE_TEXT = "Privandolq"  # a field of a public profile, for its owner
PRIVATE_PERSON = "Nessunvede"  # somebody who is not listed
MEMBER_PERSON = "Tralesocie"  # somebody listed for members
LEAVING_PERSON = "Vaviavelox"  # somebody on the way out
CLAIM_TEXT = "Reclamquez"  # the words of a claim
REQUEST_TEXT = "Domandiwex"  # the words of a request to join an organisation
INTRODUCTION_TEXT = "Presentuvk"  # the words of a request for an introduction
FEEDBACK_TEXT = "Faticaqunt"  # what somebody said of a page
OBJECTION_TEXT = "Obiezquonte"  # the words of an objection
IMPORT_TEXT = "Importavwex"  # the name of a file with a list
FILE_TEXT = "Documenqto"  # the content of a document
INVITED = "invitatwux"  # an address that was invited
ELSEWHERE = "Altrovezzi"  # an organisation of the other region
ELSEWHERE_PERSON = "Forestibux"  # somebody of the other region
GROUP = "Gruppoquarz"  # the name of a private project group, in the slug too
GROUP_TEXT = "Segretuvix"  # what stands in it: a thread, a piece of news
CIRCLE_TEXT = "Ristrettowq"  # what stands in a restricted community of which the member is one
SUMMARY_TEXT = "Riassuntivox"  # the summary of a proposal, for members
LADDER_TEXT = "Confidenzux"  # its full text, for whom the owner lets in
DRAFT_TEXT = "Bozzaquirk"  # somebody's draft of another
INTEREST_TEXT = "Interessawq"  # what somebody answered to it
OWN_INTEREST_TEXT = "Mioporterix"  # what the member answered to it
INTRODUCED_TEXT = "Incontravux"  # why two parties should meet
COLLABORATION_TEXT = "Insiemequod"  # a collaboration that is only counted
WITHDRAWN_TEXT = "Ritiratowq"  # the title of a funding call that was withdrawn
NOTE_TEXT = "Appuntowrix"  # a private note of the facilitators
ADDRESSES = "casella-di-"  # every account's address holds it

HERE, THERE = "test.example", "other.example"
ACTORS = (
    "anonymous",
    "stranger",
    "member",
    "organisation_admin",
    "facilitator",
    "administrator",
    "foreign_administrator",
)


@dataclass
class World:
    """`accounts` by actor; `ids`: what stands in addresses, by the parameter's name or by route and parameter."""

    region: Region
    other: Region
    accounts: dict[str, Account] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)  # slug and ids of the group that none of the actors knows of

    def client(self, actor: str) -> Client:
        """A browser of `actor`, signed in with a second factor, at the region's host."""
        client = Client(headers={"host": HERE})
        return client if actor == "anonymous" else sign_in(client, self.accounts[actor])


def make_world(region: Region, other: Region, now: datetime) -> World:
    """Fill both regions. Call it inside `region`."""
    world = World(region, other)
    world.accounts = {actor: _account(actor) for actor in ACTORS[1:]}
    claimant, asker, shy, leaving = (_account(name) for name in ("claimant", "asker", "shy", "leaving"))
    facilitator, administrator = world.accounts["facilitator"], world.accounts["administrator"]
    _grant(region, facilitator, Role.FACILITATOR)
    _grant(region, administrator, Role.REGION_ADMINISTRATOR)

    body = _organisation(region, "Caseificio Valdorsa", state=OrganisationState.CLAIMED)
    unclaimed = _organisation(region, "Officine Brembate")
    hidden = _organisation(region, HIDDEN_BODY, hidden_at=now)
    piece = _evidence(region, body, "Formaggi a latte crudo")
    _evidence(region, hidden, HIDDEN_EVIDENCE)
    _grant(region, world.accounts["organisation_admin"], Role.ORGANISATION_ADMIN, scope_of(body))

    for actor in ("member", "organisation_admin", "facilitator", "administrator"):
        _person(region, world.accounts[actor], f"Persona {actor.replace('_', ' ')}", now)
    colleague = _account("colleague")
    _grant(region, colleague, Role.ORGANISATION_MEMBER, scope_of(body))
    shown = _person(
        region,
        colleague,
        "Ilaria Valdorsa",
        now,
        listing=Visibility.PUBLIC,
        headline="Tecnologa alimentare",
        about=MEMBERS_TEXT,
        orcid="",
        visibility={"about": "members", "links": "private"},
        links=[{"label": PRIVATE_TEXT, "url": f"https://{PRIVATE_TEXT.lower()}.example"}],
        facilitator=facilitator,
    )
    position = Position.objects.create(region=region, person=shown, organisation=body, title="Tecnologa")
    _person(region, claimant, MEMBER_PERSON, now, listing=Visibility.MEMBERS)
    _person(region, asker, "Elda Richiedente", now)
    _person(region, shy, PRIVATE_PERSON, now, listing=Visibility.PRIVATE)
    _person(region, leaving, LEAVING_PERSON, now, listing=Visibility.PUBLIC, leaving_at=now)

    claim = Claim.objects.create(
        region=region,
        organisation=unclaimed,
        account=claimant,
        message=CLAIM_TEXT,
        state=ClaimState.DOCUMENT_GIVEN,
        created_at=now,
    )
    document = StoredFile.objects.create(
        region=region,
        subject_kind="claim",
        subject_id=claim.pk,
        kind=FileKind.DOCUMENT,
        name="delega.pdf",
        media_type="application/pdf",
        size=20,
        sha256="0" * 64,
        key=write(region, f"%PDF-1.7 {FILE_TEXT}".encode()),
        uploaded_by=claimant,
    )
    request = JoinRequest.objects.create(region=region, organisation=body, account=asker, message=REQUEST_TEXT)
    invitation = Invitation.objects.create(
        region=region,
        organisation=body,
        email=f"{INVITED}@example.org",
        role=Role.ORGANISATION_MEMBER,
        token_hash=b"i" * 32,
        expires_at=now + timedelta(days=7),
    )
    need = SavedNeed.objects.create(region=region, text="Cerchiamo chi faccia formaggi", language="it")
    introduction = ask_for_introduction(
        actor=VISITOR,
        organisation=body,
        email=f"{ADDRESSES}visitor@example.org",
        consent="§",
        language="it",
        now=now,
        need=need,
        message=INTRODUCTION_TEXT,
    )
    _spaces(world, region, asker, shy, now)
    _proposals(world, region, body, asker, now)
    feedback = Feedback.objects.create(region=region, message=FEEDBACK_TEXT, language="it")

    objection = Objection.objects.create(
        region=region, organisation=unclaimed, kind="correct", text=OBJECTION_TEXT, due_at=now + timedelta(days=1)
    )
    runs = [
        ImportRun.objects.create(
            region=region, organisation=one, kind=kind, file_name=f"{IMPORT_TEXT}.csv", format="csv", state="failed"
        ).pk
        for one, kind in ((None, "organisations"), (body, "evidence"))
    ]
    grant = RoleGrant.objects.get(account=world.accounts["facilitator"], role=Role.FACILITATOR)
    scheme = ConceptScheme.objects.create(region=region, slug="matrix", labels={"it": "Prova"})
    concept = Concept.objects.create(scheme=scheme, code="1", labels={"it": "Formaggi"})

    with in_region(other):
        elsewhere = _organisation(other, ELSEWHERE)
        _evidence(other, elsewhere, f"{ELSEWHERE} progetto")
        _grant(other, world.accounts["foreign_administrator"], Role.REGION_ADMINISTRATOR)
        stranger = _account("elsewhere")
        _person(other, stranger, ELSEWHERE_PERSON, now, listing=Visibility.PUBLIC)

    funding = FundingCall.objects.create(region=region, source_id="1", title="Bando per caseifici")
    FundingCall.objects.create(region=region, source_id="2", title=f"Bando {WITHDRAWN_TEXT}", withdrawn_at=now)

    world.ids |= {
        "ownership:draft:form": "details",
        "ownership:throw-away:form": "details",
        "consent_id": 1,
        "following:unsubscribe:token": "unknown",
        "organisation_id": body.pk,
        "finder:organisation:slug": "caseificio-valdorsa",
        "finder:introduction:slug": "caseificio-valdorsa",
        "finder:introduction-sent:slug": "caseificio-valdorsa",
        "ownership:claim:organisation_id": unclaimed.pk,
        "evidence_id": piece.pk,
        "person_id": shown.pk,
        "profiles:person:slug": "ilaria-valdorsa",
        "account_id": colleague.pk,
        "position_id": position.pk,
        "claim_id": claim.pk,
        "ownership:claim-move:move": "refuse",
        "ownership:request-move:move": "decline",
        "ownership:person-move:move": "remove",
        "ownership:go-back:how": "undo",
        "profiles:queue-move:move": "validate",
        "ownership:request-move:request_id": request.pk,
        "workbench:request:request_id": introduction.pk,
        "workbench:move:request_id": introduction.pk,
        "workbench:move:move": "take",
        "invitation_id": invitation.pk,
        "file_id": document.pk,
        "files:file:name": "delega.pdf",
        "files:variant:name": "delega.pdf",
        "files:variant:variant": "small",
        "finder:need:token": need.token,
        "joining:invitation:token": "unknown",
        "signin:sign-in:token": "unknown",
        "feedback_id": feedback.pk,
        "legal-version:kind": "privacy",
        "legal-version:version": 1,
        "change": "00000000-0000-4000-8000-000000000000",
        "factor_id": 1,
        "session_id": 1,
        "recovery_id": 1,
        "number": 1,
        "provider_id": "unknown",
        "objection_id": objection.pk,
        "ownership:import-run:run_id": runs[0],
        "ownership:import-start:run_id": runs[0],
        "ownership:import-table:run_id": runs[0],
        "run_id": runs[1],
        "form": "csv",
        "ownership:import-template:kind": "organisations",
        "grant_id": grant.pk,
        "concept_id": concept.pk,
        "ownership:topic-answer:answer": "refuse",
        "ownership:piece-topic:answer": "refuse",
        "ownership:staff-act:what": "hide",
        "ownership:say-signed:token": "unknown",
        "first_id": body.pk,
        "second_id": unclaimed.pk,
        "merge_id": 1,
        "profiles:position-move:move": "remove",
        "administration:legal-text:kind": "privacy",
        "administration:region-part:name": "names",
        "link_id": 1,
        "funding:number": funding.pk,
        "api:funding-call:number": funding.pk,
        "funding:move:move": "withdraw",
    }
    return world


def _spaces(world: World, region: Region, asker: Account, shy: Account, now: datetime) -> None:
    """An open community that the organisation's admin manages, a restricted one with the member in it, and a private
    group that none of the actors knows of.
    """
    manager, member = world.accounts["organisation_admin"], world.accounts["member"]
    open_one = make_space(region, "Seta e fibre", managers=[manager], members=[asker])
    circle = make_space(region, "Circolo", openness=Openness.RESTRICTED, managers=[shy], members=[member])
    group = make_space(region, GROUP, kind=SpaceKind.GROUP, managers=[shy])
    threads, items, events, pages = [], [], [], []
    for space, account, text in (
        (open_one, manager, "Quale telaio"),
        (circle, shy, CIRCLE_TEXT),
        (group, shy, GROUP_TEXT),
    ):
        actor = actor_for(account, has_second_factor=True)
        title = f"{text} per cominciare"
        threads.append(
            open_thread(actor=actor, place=("space", space.pk), title=title, source=f"{text}: ecco.", now=now)
        )
        item = write_news(actor=actor, space=space, title=title, summary=text, source=text, now=now)
        publish_news(actor=actor, item=item, now=now)
        items.append(item)
        visit = Details(title, now + timedelta(days=10), now + timedelta(days=10, hours=2), place=text, source=text)
        event = write_event(actor=actor, space=space, details=visit, now=now)
        events.append(publish_event(actor=actor, event=event, now=now))
        pages.append(write_page(actor=actor, space=space, folder=None, title=title, source=text, now=now))
    letter = draft_letter(actor=actor_for(manager, has_second_factor=True), space=open_one, now=now)
    folder = create_folder(
        actor=actor_for(manager, has_second_factor=True), space=open_one, parent=None, name="Schede", now=now
    )
    world.private = {"slug": group.slug, "discussions:number": threads[2].pk, "news:number": items[2].pk}
    world.private |= {"events:number": events[2].pk, "documents:number": pages[2].pk}
    world.ids |= {
        "slug": open_one.slug,
        "title": "quale-telaio-per-cominciare",
        "discussions:number": threads[0].pk,
        "discussions:post": 1,
        "discussions:order-move:move": "close",
        "news:number": items[0].pk,
        "events:number": events[0].pk,
        "events:own-feed:token": "unknown",
        "documents:number": pages[0].pk,
        "documents:inside:number": folder.pk,
        "documents:folder-settings:number": folder.pk,
        "documents:archive:number": folder.pk,
        "name": "schede",
        "journeys:number": threads[0].pk,
        "communities:number": letter.pk,
        "moderation:token": "unknown",
        "api:thread:number": threads[0].pk,
        "api:event:number": events[0].pk,
        "colour": "7a1f4f",
        "version": "0" * 12,
        "membership_id": Membership.objects.get(space=open_one, account=asker).pk,
        "spaces:invitation:token": "unknown",
        "spaces:settings-part:part": "texts",
    }


def _proposals(world: World, region: Region, body: Organisation, asker: Account, now: datetime) -> None:
    """A proposal of the organisation that the admin speaks for, with two answers, in the open community; others in the
    restricted one and in the group; a draft; an introduction and a collaboration that few may know of.
    """
    owner, member, facilitator = (world.accounts[name] for name in ("organisation_admin", "member", "facilitator"))
    shown = {
        "state": ProposalState.PUBLISHED,
        "published_at": now - timedelta(days=3),
        "expires_at": now + timedelta(days=90),
        "facilitator": facilitator,
        "language": "it",
    }

    def proposal(space: Space, title: str, account: Account, **fields: Any) -> Proposal:
        made: Proposal = Proposal.objects.create(
            region=region, space=space, audience=space.audience, title=title, owner=account, **fields
        )
        return made

    spaces = {one.openness: one for one in Space.objects.filter(region=region).exclude(kind=SpaceKind.REGION)}
    first = proposal(
        spaces[Openness.OPEN],
        "Serve un banco di prova",
        owner,
        organisation=body,
        summary=f"{SUMMARY_TEXT} in breve.",
        source=f"{LADDER_TEXT} per intero.",
        html=f"<p>{LADDER_TEXT} per intero.</p>",
        **shown,
    )
    proposal(spaces[Openness.RESTRICTED], f"{CIRCLE_TEXT} cercasi", asker, **shown)
    hidden = proposal(spaces[Openness.PRIVATE], f"{GROUP_TEXT} cercasi", asker, **shown)
    draft = proposal(spaces[Openness.OPEN], f"{DRAFT_TEXT} da finire", asker, summary=DRAFT_TEXT)
    answers = [
        ExpressionOfInterest.objects.create(
            region=region, proposal=first, author=author, brings=words, state="sent", sent_at=now, language="it"
        )
        for author, words in ((asker, INTEREST_TEXT), (member, OWN_INTEREST_TEXT))
    ]
    Proposal.objects.filter(pk=first.pk).update(answers_count=2, first_answer_at=now)
    search = SavedSearch.objects.create(region=region, account=owner, name="Banchi", query="q=banco")
    introduction = Introduction.objects.create(
        region=region, why=INTRODUCED_TEXT, facilitator=facilitator, lapses_at=now + timedelta(days=14)
    )
    for position, account in enumerate((asker, member), start=1):
        Side.objects.create(region=region, introduction=introduction, position=position, account=account)
    collaboration = Collaboration.objects.create(
        region=region,
        title=COLLABORATION_TEXT,
        kind="pilot",
        started_on=now.date(),
        state="confirmed",
        confirmed_at=now,
        facilitator=facilitator,
    )
    for position, fields in enumerate(({"organisation": body}, {"account": asker}), start=1):
        Party.objects.create(region=region, collaboration=collaboration, position=position, confirmed_at=now, **fields)
    waiting = proposal(spaces[Openness.OPEN], "In attesa di lettura", asker, state="in_review", submitted_at=now)
    item = DeskItem.objects.create(
        region=region,
        kind="proposal.review",
        object_id=waiting.pk,
        queue="role:facilitator",
        since=now,
        due_at=now + timedelta(days=1),
        shows_at=now,
    )
    reply = SavedReply.objects.create(
        region=region, queue="role:facilitator", owner=facilitator, name="Grazie", texts={"it": NOTE_TEXT}
    )
    absence = Absence.objects.create(
        region=region, account=facilitator, starts_on=now.date(), ends_on=now.date() + timedelta(days=2)
    )
    note = DeskNote.objects.create(
        region=region,
        queue="role:facilitator",
        kind="proposal.review",
        object_id=waiting.pk,
        author=facilitator,
        words=NOTE_TEXT,
    )
    world.private |= {"proposals:number": hidden.pk}
    world.ids |= {
        "proposals:number": first.pk,
        "api:proposal:number": first.pk,
        "proposals:title": "serve-un-banco-di-prova",
        "matchmaking:number": first.pk,
        "interest_id": answers[0].pk,
        "search_id": search.pk,
        "draft_id": draft.pk,
        "introduction_id": introduction.pk,
        "collaborating:number": collaboration.pk,
        "collaborating:move:name": "confirm",
        "collaborating:check-in:token": "unknown",
        "collaborating:consent:token": "unknown",
        "collaborating:introduction-move:name": "refuse",
        "proposals:renew-by-link:token": "unknown",
        "proposals:search-end:token": "unknown",
        "proposals:edit:step": "what",
        "proposals:move:move": "close",
        "proposals:interest-move:move": "decline",
        "workbench:move-many:move": "take",
        "batch": "unknown",
        "item_id": item.pk,
        "note_id": note.pk,
        "by": "community",
        "reply_id": reply.pk,
        "absence_id": absence.pk,
    }


def _account(name: str) -> Account:
    return Account.objects.create_account(email=f"{ADDRESSES}{name.replace('_', '-')}@example.org", name="")


def _grant(region: Region, account: Account, role: Role, scope: tuple[str, int] = ("", 0)) -> None:
    RoleGrant.objects.create(region=region, account=account, role=role, scope_kind=scope[0], scope_id=scope[1])


def _organisation(region: Region, name: str, **fields: Any) -> Organisation:
    made: Organisation = Organisation.objects.create(region=region, name=name, sort_key=sort_key(name), **fields)
    return made


def _evidence(region: Region, body: Organisation, title: str) -> Evidence:
    made: Evidence = Evidence.objects.create(
        region=region, kind="product", title=title, language="it", source="person", source_id=f"{body.pk}/{title}"
    )
    EvidenceParty.objects.create(region=region, evidence=made, organisation=body, role="owner")
    return made


def _person(region: Region, account: Account, name: str, now: datetime, **fields: Any) -> Person:
    _grant(region, account, Role.INNOVATOR)
    made: Person = Person.objects.create(
        region=region, account=account, name=name, sort_key=sort_key(name), joined_at=now, **fields
    )
    return made
