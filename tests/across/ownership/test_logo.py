# SPDX-License-Identifier: EUPL-1.2
"""An organisation's logo: uploaded by its people, shown to everybody, refused when it is something else."""

from __future__ import annotations

import pytest
from django.test import Client

from filanda.capabilities.files.inspecting import LOGO_BYTES
from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.queries import logos_of
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.models import Account, Role, RoleGrant
from tests.capabilities.files.conftest import folder, picture, upload  # noqa: F401 - a fixture of every test here
from tests.signing import sign_in


@pytest.fixture
def body(region):
    return Organisation.objects.create(region=region, name="Ottica Bruna", sort_key="ottica bruna")


def somebody(region, name, role, scope=("", 0)):
    account = Account.objects.create_account(email=f"{name}@example.org", name=name)
    RoleGrant.objects.create(region=region, account=account, role=role, scope_kind=scope[0], scope_id=scope[1])
    return account


@pytest.fixture
def olga(region, body):
    account = somebody(region, "olga", Role.ORGANISATION_ADMIN, ("organisation", body.pk))
    return sign_in(Client(headers={"host": "test.example"}), account)


def test_an_admin_uploads_a_logo_and_everybody_sees_it(client, olga, body):
    page = f"/it/organisations/{body.pk}/manage/logo/"
    assert olga.get(page).status_code == 200
    assert "mono-large" in client.get(f"/it/organisations/{body.pk}/ottica-bruna/").content.decode()
    answer = olga.post(page, {"logo": upload(picture(size=(600, 300)), "x.exe", "text/html")})
    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    logo = logos_of("organisation", [body.pk])[body.pk]
    public = client.get(f"/it/organisations/{body.pk}/ottica-bruna/").content.decode()
    assert f'<img src="{logo.url}" alt="" width="512" height="256">' in public
    assert client.get(logo.url).headers["Content-Type"] == "image/webp"
    assert logo.url in olga.get(page).content.decode()
    assert olga.post(f"{page}remove/").status_code == 302
    assert client.get(logo.url).status_code == 404
    assert olga.post(f"{page}remove/").status_code == 302


def test_what_is_no_picture_is_refused_in_words(olga, body):
    page = f"/it/organisations/{body.pk}/manage/logo/"
    for sent in (upload(b"<svg/>", "x.png", "image/png"), upload(b"x" * (LOGO_BYTES + 1), "x.png")):
        answer = olga.post(page, {"logo": sent})
        assert answer.status_code == 422
        assert 'href="#logo"' in answer.content.decode()
    assert olga.post(page).status_code == 422
    assert StoredFile.objects.count() == 0


def test_nobody_else_uploads(client, region, other_region, body, olga):
    page = f"/it/organisations/{body.pk}/manage/logo/"
    member = somebody(region, "mario", Role.ORGANISATION_MEMBER, ("organisation", body.pk))
    stranger = somebody(region, "sara", Role.INNOVATOR)
    of = {
        "visitor": client,
        "member": sign_in(Client(headers={"host": "test.example"}), member),
        "stranger": sign_in(Client(headers={"host": "test.example"}), stranger),
        "elsewhere": sign_in(Client(headers={"host": "other.example"}), stranger),
    }
    answers = {name: (one.get(page).status_code, one.post(f"{page}remove/").status_code) for name, one in of.items()}
    assert answers == {"visitor": (403, 403), "member": (403, 403), "stranger": (403, 403), "elsewhere": (404, 404)}
    for name in ("member", "stranger"):
        assert of[name].post(page, {"logo": upload(picture())}).status_code == 403
    assert StoredFile.objects.count() == 0


def test_forged_uploads_are_refused(region, body):
    account = somebody(region, "olga2", Role.ORGANISATION_ADMIN, ("organisation", body.pk))
    forging = sign_in(Client(headers={"host": "test.example"}, enforce_csrf_checks=True), account)
    answer = forging.post(f"/it/organisations/{body.pk}/manage/logo/", {"logo": upload(picture())})
    assert answer.status_code == 403
    assert StoredFile.objects.count() == 0
