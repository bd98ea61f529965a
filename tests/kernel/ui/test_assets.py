# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import filanda
from filanda.kernel.ui.assets import BUILD, AssetsMissing, asset, manifest, theme_css

TEMPLATES = [file for file in Path(filanda.__file__).parent.rglob("*.html") if "jinja2" in file.parts]


def test_asset_every_file_that_a_template_names_is_built():
    named = {name for file in TEMPLATES for name in re.findall(r"""asset\(["']([^"']+)["']\)""", file.read_text())}
    assert {"app.js", "sprite.svg"} <= named
    assert sorted(named - manifest().keys()) == []


def test_asset_is_a_hashed_address_of_a_file_that_exists():
    address = asset("app.js")
    assert re.fullmatch(r"/static/ui/build/app\.[0-9a-f]{12}\.js", address)
    assert (BUILD / address.rsplit("/", 1)[1]).is_file()


def test_asset_of_an_unknown_name_says_what_to_do():
    with pytest.raises(AssetsMissing, match="make assets"):
        asset("nothing.js")


def test_manifest_missing_or_broken_says_what_to_do(tmp_path):
    with pytest.raises(AssetsMissing, match="make assets"):
        manifest(tmp_path)
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(AssetsMissing, match="make assets"):
        manifest(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {"a.js": "a.1.js"}}), encoding="utf-8")
    manifest.cache_clear()
    assert manifest(tmp_path) == {"a.js": "a.1.js"}


def test_theme_css_of_a_theme_never_compiled_falls_back():
    assert theme_css("altariva") == asset("altariva.css")
    assert theme_css("nowhere") == asset("lombardia.css")


def test_sprite_has_every_picture_that_a_template_uses():
    sprite = (BUILD / manifest()["sprite.svg"]).read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    text = "\n".join(file.read_text(encoding="utf-8") for file in TEMPLATES)
    used = set(re.findall(r"""icon\("([a-z]+)"\)""", text)) | set(re.findall(r"sprite\.svg'\) \}\}#([a-z_]+)\"", text))
    assert "mail" in used
    assert sorted(used - drawn) == []


def test_templates_carry_no_inline_style_or_script():
    for file in TEMPLATES:
        if "mail" in file.parts[-2:-1]:
            continue  # e-mails have no other way
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|hx-on|javascript:", text), file
        for opening in re.findall(r"<script[^>]*>", text):
            assert "src=" in opening or "application/ld+json" in opening, file
