# SPDX-License-Identifier: EUPL-1.2
"""What a thread has chosen (language, zone, addresses) is its own, and Django finds it where it is kept."""

from __future__ import annotations

import threading

import pytest
from django.urls import base, get_script_prefix, get_urlconf, set_script_prefix, set_urlconf
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import trans_real

from filanda.site.threads import keep_by_thread, keep_sentences

HOLDERS = ((trans_real, "_active"), (timezone, "_active"), (base, "_prefixes"), (base, "_urlconfs"))


@pytest.fixture(autouse=True)
def as_before():
    """Django's own are back afterwards, for tests that come later."""
    places = (*HOLDERS, (trans_real, "gettext"), (translation._trans, "gettext"))
    held = [getattr(module, name) for module, name in places]
    yield
    for (module, name), one in zip(places, held, strict=True):
        setattr(module, name, one)


def chosen() -> tuple[object, ...]:
    return translation.get_language(), str(timezone.get_current_timezone()), get_script_prefix(), get_urlconf()


def test_each_thread_has_its_own():
    elsewhere: list[tuple[object, ...]] = []

    def ask() -> None:
        elsewhere.append(chosen())
        with translation.override("en"), timezone.override("Asia/Tokyo"):
            elsewhere.append(chosen())

    keep_by_thread()
    untouched: list[tuple[object, ...]] = []
    first = threading.Thread(target=lambda: untouched.append(chosen()))
    first.start()
    first.join()
    set_urlconf("tests.site.broken_urls")
    set_script_prefix("/below/")
    with translation.override("it"), timezone.override("America/Lima"):
        other = threading.Thread(target=ask)
        other.start()
        other.join()
        assert chosen() == ("it", "America/Lima", "/below/", "tests.site.broken_urls")
    assert elsewhere == [untouched[0], ("en", "Asia/Tokyo", *untouched[0][2:])]


def test_what_was_chosen_before_stays():
    found: list[tuple[object, ...]] = []

    def work() -> None:
        with translation.override("it"), timezone.override("America/Lima"):
            found.append(chosen())
            keep_by_thread()
            found.append(chosen())

    # In a thread of its own: what Django kept before goes on holding what was chosen there.
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert found[0] == found[1]
    assert found[1][:2] == ("it", "America/Lima")


def test_sentences_are_kept_by_language_and_are_the_same():
    def all_of_them() -> list[str]:
        found = []
        for language in ("it", "en", "it"):
            with translation.override(language):
                found += [translation.gettext("Communities"), translation.gettext("no such sentence"), str(lazy)]
                found += [
                    translation.gettext(""),
                    translation.pgettext("month", "May"),
                    type(translation.gettext(safe)),
                ]
        return found

    lazy, safe = translation.gettext_lazy("Proposals"), mark_safe("Communities")
    before = all_of_them()
    assert len(set(before[:7:6])) == 2
    keep_sentences()
    assert all_of_them() == before
    assert all_of_them() == before
    with translation.override("it"):
        assert trans_real._active.value.filanda_said["Communities"] == before[0]


def test_no_more_sentences_are_kept_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr("filanda.site.threads._MOST", 3)
    keep_sentences()
    with translation.override("en"):
        trans_real._active.value.__dict__.pop("filanda_said", None)
        for number in range(10):
            assert translation.gettext(f"sentence {number}") == f"sentence {number}"
            assert len(trans_real._active.value.filanda_said) <= 3
