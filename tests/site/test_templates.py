# SPDX-License-Identifier: EUPL-1.2
"""What a template does with a name that nobody gave it."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import jinja2
import pytest
from django.template import engines

import filanda
from filanda.site.templates import environment

SOURCE = Path(filanda.__path__[0])


def _rendered(source: str, **context: object) -> str:
    return environment(autoescape=True).from_string(source).render(**context)


@pytest.mark.parametrize(
    "source",
    [
        "{{ nmae }}",
        "{% if nmae %}x{% endif %}",
        "{% for n in nmae %}x{% endfor %}",
        "{{ nmae == 1 }}",
        "{{ item.lable }}",
        "{{ item.lable.text }}",
        "{{ when_.yaer }}",
        "{% if when_.yaer %}x{% endif %}",
    ],
)
def test_a_misspelt_name_fails_where_pages_are_made(settings, source):
    from datetime import date

    settings.STRICT_TEMPLATES = True
    with pytest.raises(jinja2.UndefinedError):
        _rendered(source, item={"label": "x"}, when_=date(2026, 1, 1))


def test_whether_a_dict_has_a_key_may_be_asked(settings):
    settings.STRICT_TEMPLATES = True
    source = "{% if errors.email %}x{% endif %}{{ errors.email or 'none' }}{% for e in errors.email %}x{% endfor %}"
    assert _rendered(source, errors={}) == "none"


def test_where_pages_are_only_served_a_hole_is_blank_and_told_once(settings, caplog):
    settings.STRICT_TEMPLATES = False
    with caplog.at_level(logging.WARNING, logger="filanda.templates"):
        found = [_rendered("a{{ nobody_gave_this }}{{ nobody_gave_this.label }}b") for _again in range(3)]
    assert found == ["ab"] * 3
    assert [r.getMessage() for r in caplog.records if "nobody_gave_this" in r.getMessage()] == [
        "Template variable warning: 'nobody_gave_this' is undefined"
    ]


def test_djangos_own_choice_does_not_win(settings):
    assert issubclass(engines["jinja2"].env.undefined, jinja2.StrictUndefined) == settings.STRICT_TEMPLATES


def test_pages_hide_their_address_from_other_sites_only() -> None:
    """With "no-referrer" browsers send a form with the origin "null", and it is refused as if another site sent it."""
    wrong = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*")
        if path.suffix in (".html", ".py") and re.search(r"""(content=|\] = )["']no-referrer["']""", path.read_text())
    ]
    assert wrong == []


def test_what_is_compiled_shorter_says_the_same():
    from django.utils.translation import gettext_lazy, override
    from markupsafe import Markup

    source = (
        "{{ row.name }} {{ row.items()|length }} {{ row.inside.name }} {{ safe }} {{ n }} {{ none }} {{ lazy }}"
        "{{ yes }}"
        "{% for _ in 'ab' %}{{ _ }}{% endfor %} {{ _('Skip to the content') }} {{ _('%(n)s <b>', n=row.name) }}"
        "{% macro m(_) %}{{ _('x') }}{% endmacro %} {{ m(twice) }} {{ _('Skip to the content')|upper }}"
    )
    given = {
        "row": {"name": "<a> & b", "inside": {"name": "'"}},
        "safe": Markup("<i>"),
        "n": 7,
        "none": None,
        "lazy": gettext_lazy("Main"),
        "yes": True,
        "twice": lambda text: text * 2,
    }
    made, plain = environment(autoescape=True), environment(autoescape=True)
    plain.code_generator_class = jinja2.compiler.CodeGenerator
    for language in ("it", "en"):
        with override(language):
            assert made.from_string(source).render(given) == plain.from_string(source).render(given)


def test_what_is_counted_is_said_by_its_numbers_and_its_language():
    from django.utils.translation import override

    source = (
        "{% trans n=n %}{{ n }} answer{% pluralize %}{{ n }} answers{% endtrans %}"
        "{% trans count=n, n=words %}One thing waits{% pluralize %}{{ n }} things wait{% endtrans %}"
    )
    with override("en"):
        told = [_rendered(source, n=n, words=f"<{n}>") for n in (1, 2, 1, 3)]
    assert told == [
        "1 answerOne thing waits",
        "2 answers&lt;2&gt; things wait",
        "1 answerOne thing waits",
        "3 answers&lt;3&gt; things wait",
    ]
    with override("it"):
        assert "2 risposte" in _rendered(source, n=2, words="2")
