# SPDX-License-Identifier: EUPL-1.2
"""Every row that names an account is found by whoever takes their data out, and lets go of whoever is erased."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from filanda.kernel.identity.models import Account
from filanda.kernel.journal.steps import take_out
from filanda.kernel.manifests import manifests
from filanda.kernel.regions.models import Region

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
NAMING = [
    pytest.param(model, field, id=f"{model._meta.label}.{field.name}")
    for model in apps.get_models()
    if model.__module__.startswith("filanda.")
    for field in model._meta.get_fields()
    if field.concrete and field.related_model is Account
]
# Whoever did something for others, or by their office: the journal says so to them, with when and to what.
BY_OFFICE = {
    *("granted_by", "ended_by", "published_by", "handled_by", "first_approver", "second_approver", "refused_by"),
    *(
        "undone_by",
        "said_by",
        "decided_by",
        "facilitator",
        "validated_by",
        "handler",
        "pinned_by",
        "deleted_by",
        "invited_by",
        "told_holder",
    ),
}
# What is said of others, or again of what is theirs already.
NOT_THEIRS = {
    ("people.Block", "blocked"),
    ("threads.Thread", "author"),  # its first post is, with the title
    ("threads.Thread", "last_author"),
    ("threads.PostRevision", "editor"),  # their post's revisions are
    ("moderation.Report", "author"),  # somebody else's words about them; the decision is theirs
    ("identity.SignInLink", "account"),  # a secret, for minutes
    ("signin.EmailCode", "account"),
    ("privacy.Archive", "account"),  # the archive itself
    ("moderation.Suspension", "account"),  # its decision is theirs
    ("threads.Mention", "account"),  # in somebody else's post
    ("documents.Document", "author"),  # its versions are, with the title
    ("documents.WaitingUpload", "account"),  # its file is
}
ASKED_FOR = {  # what a row must be to be one
    "needs.IntroductionRequest": {"email": "somebody@example.org"},
    "moderation.Decision": {"measure": "hidden", "suspended_until": None},
    "introductions.Side": {"position": 1},
    "events.SpaceEvent": {"ends_at": MOMENT + timedelta(hours=1)},
}
_numbers = count(1)


def a_value(field: models.Field, region: Region) -> object:
    """Something that `field` takes."""
    number = next(_numbers)
    if field.choices:
        return field.choices[0][0]
    if field.related_model is Region:
        return region
    if field.is_relation:
        return a_row(field.related_model, region)
    for kind, value in (
        (ArrayField, []),
        (models.JSONField, {}),
        (models.DateTimeField, MOMENT),
        (models.DateField, MOMENT.date()),
        (models.BooleanField, False),
        (models.IntegerField, number),
        (models.BinaryField, b"x"),
        (models.UUIDField, None),
        (models.URLField, "https://example.org/"),
        (models.EmailField, f"somebody-{number}@example.org"),
        (models.SlugField, f"s{number}"),
    ):
        if isinstance(field, kind):
            return value
    return f"x{number}"


def a_row(model: type[models.Model], region: Region, **given: object) -> models.Model:
    """A row with `given`, and something in each field that needs it."""
    if model is Account:
        return Account.objects.create_account(email=f"somebody-{next(_numbers)}@example.org", name="Somebody")
    values = {}
    for field in model._meta.concrete_fields:
        needs = not field.null and not field.has_default() and not field.primary_key
        if field.name not in given and needs and not (field.blank and not field.is_relation):
            values[field.name] = a_value(field, region)
        elif field.related_model is Region:
            values[field.name] = region
    return model._base_manager.create(**(values | ASKED_FOR.get(model._meta.label, {}) | given))


def said_of(account: Account, label: str) -> str:
    """What the room `label` gives somebody of theirs, without what tells accounts apart."""
    found = {}
    for data in manifests()[label].personal_data:
        found |= {name: rows for name, rows in data.collect(account).items() if name != "account.json"}
    return json.dumps(found, cls=DjangoJSONEncoder)


def test_the_exceptions_are_about_something():
    names = {(param.values[0]._meta.label, param.values[1].name) for param in NAMING}
    assert NOT_THEIRS - names == set()
    assert BY_OFFICE - {name for _label, name in names} == set()


@pytest.mark.parametrize(("model", "field"), NAMING)
def test_whoever_is_named_can_take_it_out_and_is_forgotten(region, model, field):
    label = model._meta.app_label
    assert label in manifests()
    assert manifests()[label].personal_data, f"{label} names accounts and declares no personal data"
    somebody, nobody = a_row(Account, region), a_row(Account, region)
    row = a_row(model, region, **{field.name: somebody})
    if field.name not in BY_OFFICE and (model._meta.label, field.name) not in NOT_THEIRS:
        assert said_of(somebody, label) != said_of(nobody, label)
    for manifest in reversed(manifests().values()):
        for data in manifest.personal_data:
            data.erase(somebody, True)
    take_out(somebody, MOMENT, region=region)
    assert not model._base_manager.filter(pk=row.pk, **{field.name: somebody}).exists()
