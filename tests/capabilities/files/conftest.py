# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from filanda.capabilities.files.models import StoredFile
from filanda.directory.affiliations.models import Claim
from filanda.directory.organisations.models import Organisation
from filanda.kernel.identity.actors import actor_for
from filanda.kernel.identity.models import Account, Role, RoleGrant

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(format_="PNG", size=(40, 20), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, format_, **options)
    return out.getvalue()


def upload(content=PDF, name="prova.pdf", content_type="application/pdf"):
    return SimpleUploadedFile(name, content, content_type)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """The storage of uploaded files, a folder of the test's own."""
    own = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files"},
    }
    settings.STORAGES = {**settings.STORAGES, "files": own}
    return tmp_path / "files"


def on_disk(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def person(region):
    """Somebody with a role in the region: person("anna"), person("giulia", Role.FACILITATOR)."""

    def make(name, role=Role.INNOVATOR, scope=("", 0), region=region):
        account, _new = Account.objects.get_or_create(email=f"{name}@example.org", defaults={"name": name.title()})
        RoleGrant.objects.create(region=region, account=account, role=role, scope_kind=scope[0], scope_id=scope[1])
        return account

    return make


@pytest.fixture
def anna(person):
    return person("anna")


@pytest.fixture
def body(region):
    return Organisation.objects.create(region=region, name="Ottica Bruna", sort_key="ottica bruna")


@pytest.fixture
def claim(region, anna, body):
    return Claim.objects.create(region=region, organisation=body, account=anna)


@pytest.fixture
def stored(region, anna, claim):
    from filanda.capabilities.files.actions import store

    return store(actor=actor_for(anna), region=region, subject=("claim", claim.pk), kind="document", upload=upload())


def rows():
    return list(StoredFile.objects.all())
