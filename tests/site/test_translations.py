# SPDX-License-Identifier: EUPL-1.2
"""Both languages are complete, and pages speak one of them: no English sentence on an Italian page, nor the reverse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from babel.messages.catalog import Message
from django.test import Client
from django.utils import translation
from tools import messages

from filanda.capabilities.needs.actions import ask_for_introduction, save_need
from filanda.capabilities.search.engine import search_index
from filanda.capabilities.search.index import Shard
from filanda.directory.organisations.models import EvidenceKind, HelixRole, OrganisationConcept
from filanda.directory.taxonomies.models import Concept, ConceptScheme
from filanda.kernel.identity.actors import PLATFORM, VISITOR
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.event_types import event_types
from filanda.kernel.kept import forget_all
from filanda.kernel.policies import permissions
from filanda.kernel.regions.models import Region
from filanda.kernel.signin.actions import create_sign_in_link, grant_role
from tests.across.finder.conftest import body, index, piece
from tests.signing import sign_in

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_READ_ALOUD = ("aria-label", "title", "placeholder", "alt", "content", "data-done", "data-undo")


# The catalogues


def test_every_sentence_has_its_translation() -> None:
    assert messages.missing() == []


def test_the_catalogues_hold_nothing_that_is_not_in_the_code() -> None:
    wanted = {(_key(message), message.context) for message in messages.collect()}
    for language in messages.LANGUAGES:
        assert {(_key(message), message.context) for message in messages.read(language)} == wanted


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_django_finds_every_sentence(language: str) -> None:
    """What Django reads is compiled: stale or missing files show here (make setup compiles them)."""
    with translation.override(language):
        for message in messages.read(language):
            if not message.id:
                continue
            if isinstance(message.id, str):
                found = (
                    translation.pgettext(message.context, message.id)
                    if message.context
                    else translation.gettext(message.id)
                )
                assert found == (message.string or message.id)
            else:
                for number, form in ((1, 0), (0, 1), (2, 1), (1000, 1), (1_000_000, 1)):
                    assert translation.ngettext(message.id[0], message.id[1], number) == _texts(message)[form]


def test_labels_of_enums_and_manifests_follow_the_reader() -> None:
    """They are made once, at import, and are said in the language of whoever reads them."""

    def labels() -> list[str]:
        return [str(HelixRole.INDUSTRY.label), str(EvidenceKind.PATENT.label), str(Role.FACILITATOR.label)]

    def declared() -> set[str]:
        return {str(one.label) for one in permissions()} | {str(one.label) for one in event_types()}

    with translation.override("it"):
        italian, declared_italian = labels(), declared()
    with translation.override("en"):
        english = labels()
        assert declared_italian.isdisjoint(declared())
    assert italian == ["Imprese", "Brevetto", "Facilitatore"]
    assert english == ["Industry", "Patent", "Facilitator"]


def test_sentences_of_several_lines_are_found() -> None:
    """The environment trims as the collector does; otherwise long blocks would stay English."""
    from filanda.site.templates import environment

    source = "{% trans n=3 %}\n  {{ n }} organisation\n{% pluralize %}\n  {{ n }} organisations\n{% endtrans %}"
    with translation.override("it"):
        assert environment(autoescape=True).from_string(source).render() == "3 organizzazioni"


# The pages


@dataclass(frozen=True)
class Known:
    """Sentences of one language that read otherwise in the other."""

    whole: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]

    def found_in(self, texts: list[str]) -> list[str]:
        return [text for text in texts if text in self.whole or any(one.fullmatch(text) for one in self.patterns)]


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _texts(message: Message | None) -> list[str]:
    """What a reader gets, form by form."""
    assert message is not None
    said = [message.string] if isinstance(message.string, str) else list(message.string or ())
    source = [message.id] if isinstance(message.id, str) else list(message.id)
    return [text or own for text, own in zip(said, source, strict=True)]


def _known(language: str, other: str) -> Known:
    theirs = messages.read(other)
    shared = {text for message in theirs if message.id for text in _texts(message)}
    whole, patterns = set(), []
    for message in messages.read(language):
        for text in _texts(message) if message.id else ():
            if text in shared or text == _texts(theirs.get(_key(message), message.context))[0]:
                continue
            if not _PLACEHOLDER.search(text):
                whole.add(" ".join(text.split()))
            elif len(_PLACEHOLDER.sub("", text).split()) > 1:
                parts = [re.escape(part) for part in _PLACEHOLDER.split(text)[::2]]
                patterns.append(re.compile(".+?".join(parts)))
    return Known(frozenset(whole), tuple(patterns))


class _Reading(HTMLParser):
    """Texts of a page as they are read, and those read aloud, but for what is marked as of another language."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        skips = tag in {"script", "style", "code"} or given.get("lang", self.language) != self.language
        if not self._skipped and not skips:
            self.texts += [" ".join((given[name] or "").split()) for name in _READ_ALOUD if given.get(name)]
        if tag not in {"meta", "link", "input", "br", "img", "path", "use", "circle", "hr"}:
            self._open.append((tag, skips))
            self._skipped += skips

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, skips = self._open.pop()
            self._skipped -= skips
            if opened == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._skipped and data.strip():
            self.texts.append(" ".join(data.split()))


def test_the_reader_of_pages_reads() -> None:
    """What the tests below rest on: it sees texts and attributes, and not what is marked as of another language."""
    reading = _Reading("it")
    reading.feed('<p title="Kind of evidence">Tipo<br> <b lang="en">Project</b> <i>Close</i></p><code>Name</code>')
    assert reading.texts == ["Kind of evidence", "Tipo", "Close"]
    assert _known("en", "it").found_in([*reading.texts, "3 days ago"]) == ["Kind of evidence", "Close", "3 days ago"]
    assert _known("it", "en").found_in([*reading.texts, "3 giorni fa"]) == ["Tipo", "3 giorni fa"]


@dataclass(frozen=True)
class Place:
    """Where to look. `paths` has a {language}; `client` is a visitor, `staff` an administrator."""

    paths: dict[str, str]
    client: Client
    staff: Client


@pytest.fixture
def place(region: Region, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A region in which every page has something to say. Its own texts are names and codes, of no language."""
    forget_all()
    dairy = body(region, "Valdorsa", website="https://latte.example")
    laboratory = body(region, "Microbi", helix_role="academia", legal_kind="research_body", state="verified")
    body(region, "Orsago", helix_role="government", legal_kind="public_body", size="unknown", state="claimed")
    scheme = ConceptScheme.objects.create(region=region, slug="s3", labels={"it": "S", "en": "S"})
    topic = Concept.objects.create(scheme=scheme, code="F", labels={"it": "Lactis", "en": "Lactis"})
    OrganisationConcept.objects.create(region=region, organisation=dairy, concept=topic, origin="suggested", score=0.9)
    for number, kind in enumerate(EvidenceKind.values):
        piece(region, f"Lactosensor {number}", dairy, laboratory, text="Lactosensor batterium.", kind=kind)
    index(region)
    now = datetime.now(UTC)
    need = save_need(actor=VISITOR, region=region, text="Lactosensor batterium", language="", now=now)
    nobody = save_need(actor=VISITOR, region=region, text="Xyzzy plugh", language="", now=now - timedelta(days=2))
    asked = ask_for_introduction(
        actor=VISITOR, organisation=dairy, email="a@example.org", consent="§", language="it", now=now, need=need
    )
    account = grant_role(
        actor=PLATFORM, region=region, email="g@example.org", role=Role.REGION_ADMINISTRATOR, now=now, name="Giulia"
    )
    staff = Client(headers={"host": "test.example"})
    sign_in(staff, account)
    link = create_sign_in_link(actor=PLATFORM, account=account, region=region, now=now)
    one = f"organisations/{dairy.pk}/valdorsa/"
    paths = {
        "home": "",
        "directory": "organisations/",
        "directory, filtered": "organisations/?q=lactosensor&helix_role=industry&s3=F",
        "directory, some words": "organisations/?q=valdorsa+xyzzy",
        "directory, nobody": "organisations/?q=xyzzyplugh&size=large",
        "organisation": one,
        "organisation without evidence": f"organisations/{laboratory.pk + 1}/orsago/",
        "introduction": f"{one}introduction/?need={need.token}",
        "introduction, sent": f"{one}introduction/sent/?need={need.token}",
        "need": f"needs/{need.token}/",
        "need, filtered": f"needs/{need.token}/?helix_role=government",
        "need, nobody": f"needs/{nobody.token}/",
        "need, gone": "needs/AAAAAAAAAAAAAAAAAAAAAA/",
        "how": "how-matching-works/",
        "privacy": "privacy/",
        "accessibility": "accessibility/",
        "interface": "api/",
        "not found": "nothing-here/",
        "refused": "workbench/",
        "sign in": f"sign-in/{link}/",
        "sign in, worn out": "sign-in/AAAA/",
        "staff: requests": "workbench/",
        "staff: no requests": "workbench/?state=closed",
        "staff: request": f"workbench/requests/{asked.pk}/",
        "staff: permissions": "workbench/permissions/",
    }
    yield Place(paths, Client(headers={"host": "test.example"}), staff)
    for kind in ("organisation", "evidence"):
        search_index().drop(Shard(region.pk, kind))
    forget_all()


@pytest.mark.parametrize(("language", "other"), [("it", "en"), ("en", "it")])
def test_pages_speak_one_language(place: Place, language: str, other: str) -> None:
    foreign, own = _known(other, language), _known(language, other)
    wrong, silent = {}, []
    for name, path in place.paths.items():
        client = place.staff if name.startswith("staff") else place.client
        answer = client.get(f"/{language}/{path}")
        assert answer.status_code < 500, name
        reading = _Reading(language)
        reading.feed(answer.content.decode())
        assert f'<html lang="{language}">' in answer.content.decode(), name
        if not own.found_in(reading.texts):
            silent.append(name)
        if found := foreign.found_in(reading.texts):
            wrong[name] = found
    assert wrong == {}
    assert silent == []


@pytest.mark.parametrize(("language", "other"), [("it", "en"), ("en", "it")])
def test_what_answers_to_forms_speaks_one_language(place: Place, language: str, other: str) -> None:
    foreign = _known(other, language)
    introduction = place.paths["introduction"]
    sent: list[tuple[str, dict[str, str]]] = [
        ("needs/", {"text": ""}),
        ("needs/", {"text": "x" * 20_001}),
        (introduction, {"email": ""}),
        (introduction, {"email": "nobody", "name": "n" * 201, "message": "m" * 4001}),
    ]
    for path, form in sent:
        answer = place.client.post(f"/{language}/{path}", form)
        assert answer.status_code == 422
        reading = _Reading(language)
        reading.feed(answer.content.decode())
        assert foreign.found_in(reading.texts) == [], (path, form)


def _detail(client: Client) -> Callable[[str, str], str]:
    def ask(path: str, language: str) -> str:
        return str(client.get(f"/api/v1/{path}", headers={"accept-language": language}).json()["detail"])

    return ask


@pytest.mark.parametrize(
    "path", ["nothing", "organisations/999999", "organisations?limit=0", "organisations?colour=red"]
)
def test_failures_of_the_api_are_told_in_the_reader_s_language(client: Client, path: str) -> None:
    ask = _detail(client)
    italian, english = ask(path, "it"), ask(path, "en")
    assert _known("it", "en").found_in([italian]) == [italian]
    assert _known("en", "it").found_in([english]) == [english]


def test_the_interface_s_description_is_italian_on_request(client: Client) -> None:
    """Sentences of operations and schemas are sources that are said when the document is shown."""
    texts: list[str] = []

    def gather(part: object) -> None:
        if isinstance(part, dict):
            texts.extend(
                " ".join(value.split())
                for name, value in part.items()
                if name in {"summary", "description"} and isinstance(value, str)
            )
            for value in part.values():
                gather(value)
        elif isinstance(part, list):
            for value in part:
                gather(value)

    gather(client.get("/api/v1/openapi.json?lang=it").json())
    assert len(_known("it", "en").found_in(texts)) > 60
    assert _known("en", "it").found_in(texts) == []
