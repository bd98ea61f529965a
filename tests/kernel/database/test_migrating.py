# SPDX-License-Identifier: EUPL-1.2
"""Migrations that render little do what they did."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import get_commands
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from filanda.kernel.database.migrating import rendering_little

pytestmark = pytest.mark.django_db


def ground() -> list[Any]:
    """A body with a code, which pieces and a special kind of body refer to. Made anew, as Django changes it."""

    def key() -> models.Field[Any, Any]:
        return models.BigAutoField(primary_key=True)

    body = models.ForeignKey("lab.Body", models.CASCADE, to_field="code")
    return [
        migrations.CreateModel("Body", [("id", key()), ("code", models.CharField(max_length=9, unique=True))]),
        migrations.CreateModel("Piece", [("id", key()), ("body", body)]),
        migrations.CreateModel("School", [], bases=("lab.body",)),
        migrations.CreateModel("Topic", [("id", key())]),
    ]


def applied(*operations: Any) -> ProjectState:
    """The state after `ground()` and these, applied for real, each as a migration of its own."""
    state = ProjectState()
    for number, some in enumerate([ground(), *([one] for one in operations)]):
        made = type("Migration", (migrations.Migration,), {"operations": some})
        with connection.schema_editor() as editor:
            state = made(str(number), "lab").apply(state, editor)
    return state


@pytest.fixture(params=["whole", "little"])
def rendering(request: pytest.FixtureRequest) -> Any:
    if request.param == "whole":
        yield
        return
    with rendering_little():
        yield


def test_python_in_a_migration_sees_what_was_added_through_what_it_was_added_to(rendering: None) -> None:
    seen = []

    def look(apps: Any, editor: Any) -> None:
        body = apps.get_model("lab", "Body").objects.create(code="a", note="found")
        apps.get_model("lab", "Piece").objects.create(body=body, topic=apps.get_model("lab", "Topic").objects.create())
        found = apps.get_model("lab", "Piece").objects.filter(body__note="found", topic__piece__body=body)
        seen.append((found.get().body.note, apps.get_model("lab", "School")(code="b", note="").note))

    applied(
        migrations.AddField("piece", "topic", models.ForeignKey("lab.Topic", models.CASCADE)),
        migrations.AddField("body", "note", models.TextField(default="")),
        migrations.AddIndex("body", models.Index(fields=["note"], name="by_note")),
        migrations.AddConstraint("piece", models.UniqueConstraint(fields=["body", "topic"], name="once")),
        migrations.RunPython(look),
    )
    assert seen == [("found", "")]


def test_what_refers_to_a_column_changes_its_type_with_it(rendering: None) -> None:
    applied(migrations.AlterField("body", "code", models.CharField(max_length=40, unique=True)))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT character_maximum_length FROM information_schema.columns"
            " WHERE (table_name, column_name) IN (('lab_body', 'code'), ('lab_piece', 'body_id'))"
        )
        assert cursor.fetchall() == [(40,), (40,)]


def test_names_change_with_what_refers_to_them(rendering: None) -> None:
    state = applied(
        migrations.RenameField("body", "code", "mark"),
        migrations.RenameModel("Topic", "Subject"),
        migrations.AddField("piece", "subject", models.ForeignKey("lab.Subject", models.CASCADE)),
        migrations.RemoveField("piece", "subject"),
    )
    piece = state.apps.get_model("lab", "Piece")
    assert str(piece.objects.filter(body__mark="a").query).count("mark") == 0  # the column of the key is enough
    assert piece.objects.filter(body__id=1).count() == 0
    assert {field.name for field in piece._meta.get_fields()} == {"id", "body"}


def test_it_is_how_filanda_migrates() -> None:
    assert get_commands()["migrate"] == "filanda.site"
    whole = ProjectState._find_reload_model
    with rendering_little():
        assert ProjectState._find_reload_model is not whole
    assert ProjectState._find_reload_model is whole
