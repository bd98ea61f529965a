# SPDX-License-Identifier: EUPL-1.2
"""The journal says nothing of private spaces to those who do not belong to them, staff or not."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from filanda.across.administration.happenings import about_what_is_known
from filanda.across.communities.actions import draft_letter
from filanda.across.journeys.actions import to_document
from filanda.capabilities.moderation.actions import report
from filanda.capabilities.threads.actions import answer, open_thread
from filanda.components.documents.actions import create_folder, upload
from filanda.components.news.actions import publish_news, write_news
from filanda.kernel.journal.models import Event
from filanda.kernel.journal.queries import latest_event
from filanda.spaces.actions.inviting import make_link
from filanda.spaces.actions.joining import leave_space
from filanda.spaces.models import MemberRole, Membership
from tests.signing import sign_in
from tests.spaces.making import a_person, act, make_space, staff

pytestmark = pytest.mark.django_db


def live(region, ugo, mia, openness: str) -> list[Event]:
    """Let them do what is done in a space; returns what the journal has of it."""
    before, at = latest_event(), {"now": now()}
    space = make_space(region, f"Looms {openness}", openness=openness, managers=[ugo], members=[mia])
    asked = {"actor": act(ugo), "space": space}
    thread = open_thread(actor=act(mia), place=("space", space.pk), title="Dyes", source="Madder.", **at)
    post = answer(actor=act(ugo), thread=thread, source="Weld.", **at)
    upload(folder=None, file=SimpleUploadedFile("a.txt", b"words"), **asked, **at)
    create_folder(parent=None, name="Folder", **asked, **at)
    to_document(thread=thread, title="T", numbers=[1], key="k", **asked, **at)
    publish_news(
        actor=act(ugo), item=write_news(title="New looms", summary="Here.", source="They came.", **asked, **at), **at
    )
    draft_letter(**asked, **at)
    make_link(days=3, uses=2, role=MemberRole.MEMBER, **asked, **at)
    report(actor=act(mia), region=region, thing=("post", post.pk), category="other", text="Odd.", language="en", **at)
    leave_space(actor=act(mia), membership=Membership.objects.get(space=space, account=mia), **at)
    return list(Event.objects.filter(pk__gt=before))


def test_staff_read_nothing_of_private_spaces_and_those_inside_do(region, client):
    ugo, mia, ada = a_person(region, "Ugo Inside"), a_person(region, "Mia Inside"), staff(region)
    made = live(region, ugo, mia, "private")
    assert len({event.type for event in made}) > 12
    inside = Event.objects.filter(pk__in=[event.pk for event in made])
    assert list(about_what_is_known(inside, act(ada))) == []
    own = set(about_what_is_known(inside, act(ugo)).values_list("type", flat=True))
    assert {event.type for event in made} - own == {"files.file.stored"}
    sign_in(client, ada)
    for kind, words in (
        ("identity.role.granted", "space_"),
        ("threads.thread.opened", "Inside"),
        ("spaces.membership.joined", "Inside"),
    ):
        assert words not in client.get(f"/en/administration/journal/?type={kind}").content.decode()


def test_of_other_spaces_they_read_everything_but_files(region):
    ugo, mia, ada = a_person(region, "Ugo Inside"), a_person(region, "Mia Inside"), staff(region)
    for openness in ("open", "restricted"):
        made = live(region, ugo, mia, openness)
        inside = Event.objects.filter(pk__in=[event.pk for event in made])
        seen = set(about_what_is_known(inside, act(ada)).values_list("type", flat=True))
        assert {event.type for event in made} - seen == {"files.file.stored"}
