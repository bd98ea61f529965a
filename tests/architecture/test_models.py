# SPDX-License-Identifier: EUPL-1.2
import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.urls import URLPattern, URLResolver, get_resolver
from django_scopes.exceptions import ScopeError

import filanda
from filanda.kernel import policies
from filanda.kernel.journal import event_types
from filanda.kernel.regions.models import Region

ROOT = Path(filanda.__file__).parent
TIERS = ["kernel", "directory", "capabilities", "spaces", "components", "across", "site"]
MODELS = [model for model in apps.get_models() if model.__module__.startswith("filanda.")]


def tier(model):
    return TIERS.index(model.__module__.split(".")[1])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_down_or_sideways(model):
    wrong = [
        f"{field.name} -> {field.related_model._meta.label}"
        for field in model._meta.get_fields()
        if field.concrete
        and field.is_relation
        and field.related_model in MODELS
        and tier(field.related_model) > tier(model)
    ]
    assert wrong == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_model_with_a_region_is_read_through_the_scope_and_no_other_is(model):
    if model.__module__.startswith("filanda.kernel.regions"):
        return
    keys = [field for field in model._meta.get_fields() if field.concrete and field.related_model is Region]
    try:
        model.objects.all()
        is_scoped = False
    except ScopeError:
        is_scoped = True
    if not keys:
        assert not is_scoped
    else:
        assert [key.name for key in keys] == ["region"]
        # A vocabulary without a region is everybody's, so its reads say themselves which they want.
        assert is_scoped or keys[0].null


def test_every_permission_and_event_type_has_a_label_and_a_proper_name():
    assert policies.permissions()
    assert event_types.event_types()
    for entry in [*policies.permissions(), *event_types.event_types()]:
        assert str(entry.label).strip()
        assert entry.name == entry.name.lower()
        assert entry.name.count(".") >= 1


def calls(function):
    """Every first argument, a literal, of calls to `function` in the source: (file, argument)."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            place = 1 if function in ("require", "decide") else 0
            if name == function and len(node.args) > place:
                argument = node.args[place]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield path.relative_to(ROOT).as_posix(), argument.value


def test_every_event_recorded_is_registered():
    known = {known.name for known in event_types.event_types()}
    found = list(calls("record"))
    assert found
    assert [(path, name) for path, name in found if name not in known] == []


def test_every_permission_asked_for_is_declared():
    known = {permission.name for permission in policies.permissions()}
    found = [*calls("require"), *calls("decide")]
    assert found
    assert [(path, name) for path, name in found if name not in known] == []


def test_transitions_name_declared_permissions():
    known = {permission.name for permission in policies.permissions()}
    flows = [model.workflow for model in MODELS if hasattr(model, "workflow")]
    assert flows
    for flow in flows:
        assert {transition.permission for transition in flow.transitions} - known - {""} == set()


def test_system_checks_are_silent():
    assert run_checks() == []


def views(patterns=None, prefix=""):
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern


def test_every_address_has_a_name():
    assert [route for route, pattern in views() if not pattern.name] == []


def test_every_source_file_names_its_licence():
    missing = [
        path.relative_to(ROOT).as_posix()
        for path in sorted(ROOT.rglob("*.py"))
        if path.read_text().strip()
        and "SPDX-License-Identifier: EUPL-1.2" not in path.read_text()[:300]
        and "/migrations/" not in path.as_posix()
    ]
    assert missing == []
