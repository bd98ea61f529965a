# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.template import engines
from django.utils import translation

from filanda.kernel.ui.catalogue import samples


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("shapes", ["altariva", ""])
def test_catalogue_shows_every_part_with_and_without_a_map(region, language, shapes):
    shell = {
        "region": region,
        "language_code": language,
        "languages": [("it", "Italiano"), ("en", "English")],
        "path_in": lambda code: f"/{code}/catalogue/",
        "origin": "https://test.example",
        "home_url": f"/{language}/",
        "menu": [],
        "menu_at": "",
        "footer_links": [],
        "regions": [],
    }
    with translation.override(language):
        template = engines["jinja2"].env.get_template("ui/catalogue.html")
        html = template.render(shell | samples(datetime(2026, 11, 22, tzinfo=UTC), shapes))
    assert re.findall(r'<section id="(c-[a-z]+)"', html) == [
        f"c-{part}" for part in ("thread", "type", "buttons", "messages", "need", "forms", "state", "figures", "lists")
    ]
    assert ('class="map-small"' in html) == bool(shapes)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert sorted({i for i in ids if ids.count(i) > 1}) == []
