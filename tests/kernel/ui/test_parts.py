# SPDX-License-Identifier: EUPL-1.2
"""What is made once a process is right for everybody who is shown it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.template import engines
from django.utils import timezone, translation

from filanda.kernel.ui.moments import when


def test_a_part_is_made_once_for_what_it_depends_on():
    env = engines["jinja2"].env
    template = env.from_string(
        "{% call once('test-part', name) %}{% do made.append(name) %}<b>{{ name }}</b>{% endcall %}"
    )
    made: list[str] = []
    shown = [template.render(name=name, made=made) for name in ("a", "<", "a", "<")]
    assert shown == ["<b>a</b>", "<b>&lt;</b>"] * 2
    assert made == ["a", "<"]


def test_sentences_follow_the_language_and_keep_what_is_put_in():
    template = engines["jinja2"].env.from_string(
        '{{ _("Search") }}|{% trans n=n %}page {{ n }}{% endtrans %}'
        '|{{ _("100 %% of %(what)s", what=n) }}|{{ _("5 %%") }}'
    )
    found = []
    for language, n in (("it", "<1>"), ("en", 2), ("it", 3)):
        with translation.override(language):
            found.append(template.render(n=n).split("|"))
    assert [one[0] for one in found] == ["Cerca", "Search", "Cerca"]
    assert [one[1].split()[-1] for one in found] == ["&lt;1&gt;", "2", "3"]
    assert [one[2] for one in found] == ["100 % of &lt;1&gt;", "100 % of 2", "100 % of 3"]
    assert {one[3] for one in found} == {"5 %"}


def test_what_a_dict_holds_is_found_and_its_own_names_stay():
    template = engines["jinja2"].env.from_string("{{ row.label }} {{ row.items()|length }} {{ row.values()|first }}")
    assert template.render(row={"label": "a", "items": "b"}) == "a 2 a"


def test_a_moment_is_told_in_the_zone_and_language_of_its_reader():
    now = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    for moment in (now - timedelta(days=40), now - timedelta(hours=2)):
        said = set()
        for language, zone in (("it", "Europe/Rome"), ("en", "Europe/Rome"), ("en", "UTC")):
            with translation.override(language), timezone.override(zone):
                said.add(str(when(moment, now)))
        assert len(said) == 3
