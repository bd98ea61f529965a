# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from filanda.components.documents import actions
from tests.spaces.making import a_person, act, make_space


@pytest.fixture(autouse=True)
def storage_folder(settings, tmp_path):
    """The storage of uploaded files, a folder of the test's own."""
    own = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files"},
    }
    settings.STORAGES = {**settings.STORAGES, "files": own}
    return tmp_path / "files"


@pytest.fixture
def ugo(region):
    return a_person(region, "Ugo Manager")


@pytest.fixture
def mia(region):
    return a_person(region, "Mia Member")


@pytest.fixture
def silk(region, ugo, mia):
    return make_space(region, "Silk", managers=[ugo], members=[mia, a_person(region, "Max Member")])


@pytest.fixture
def secret(region, ugo, mia):
    return make_space(region, "Secret", kind="group", managers=[ugo], members=[mia])


def a_file(content: bytes = b"Looms and threads.", name: str = "notes.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/octet-stream")


def bring(account, space, content: bytes = b"Looms and threads.", name: str = "notes.txt", folder=None):
    return actions.upload(actor=act(account), space=space, folder=folder, file=a_file(content, name), now=now())


def a_folder(account, space, name="Reports", parent=None):
    return actions.create_folder(actor=act(account), space=space, parent=parent, name=name, now=now())
