# SPDX-License-Identifier: EUPL-1.2
"""Answers as Gmail, Outlook, Apple Mail, Thunderbird, telephones and web mail write them: replies/*.eml, and beside
each what its author wrote (replies/*.txt)."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.kernel.mail.inbound.markup import from_html
from filanda.kernel.mail.inbound.parsing import addresses_in, message_id_of, parse, sender_of, words_of
from filanda.kernel.mail.inbound.quotes import own_words

CORPUS = sorted((Path(__file__).parent / "replies").glob("*.eml"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_what_somebody_wrote_is_what_is_left(path):
    message = parse(path.read_bytes())
    assert words_of(message).text == path.with_suffix(".txt").read_text(encoding="utf-8").rstrip("\n")
    assert sender_of(message) == "anna@example.org"
    assert message_id_of(message, b"") == f"<{path.stem}@mail.example>"


def test_the_corpus_is_there():
    assert len(CORPUS) >= 43


@pytest.mark.parametrize("path", [path for path in CORPUS if "html_only" in path.stem], ids=lambda path: path.stem)
def test_html_alone_is_said_to_be_so(path):
    assert words_of(parse(path.read_bytes())).html_dropped


@given(st.text(alphabet=st.sampled_from("> -_*:\n`ab12") | st.characters(codec="utf-8"), max_size=300))
def test_no_text_is_too_odd_and_words_without_signs_of_a_quote_stay(text):
    left = own_words(text)
    assert own_words(left) == left or ">" in text or "-- " in text or "__" in text
    assert len(left) <= len(text) + text.count("\n") * 4 + 4


@given(st.lists(st.from_regex(r"[A-Za-zà-ù]{1,8}( [a-zà-ù]{1,8}){0,5}\.", fullmatch=True), min_size=1, max_size=6))
def test_plain_sentences_stay_as_they_are(sentences):
    text = "\n\n".join(sentences)
    assert own_words(text) == text
    assert own_words(f"{text}\n\nIl 17/11/26 10:32, Forum ha scritto:\n> prima\n") == text


@given(st.text(alphabet=st.sampled_from('<>/"= \nabdiv&;pblockquote!-'), max_size=300))
def test_no_markup_is_too_broken(html):
    text, pictures = from_html(html)
    assert "\1" not in text
    assert pictures == frozenset()


HOSTILE = [
    "Il " + "a b " * 50_000,
    "Da: x\n" * 20_000,
    "On " * 100_000,
    "- " * 100_000,
    "\n" * 200_000,
    "> " * 100_000,
    "> a\nb\n" * 30_000,
    "on 1/1/2020 wrote " * 20_000,
    "il 2020 ha scritto\n" * 20_000,
    "-----original message-----x\n" * 10_000,
]
HOSTILE_MARKUP = [
    "<b> </b>" * 50_000,
    "<div>" * 100_000,
    "<div>" * 1000 + "x" * 200_000,
    "<li>" * 100_000,
    "<table><tr><td>" * 300 + "<b>x" * 300,
    "<br>" * 100_000,
    "<ul><li>" * 50_000,
    "<blockquote>" * 20_000 + "x",
    "<a href=x>" * 50_000,
    "</p>" * 100_000,
    "<!--" * 50_000,
    "<![if " * 20_000,
    "&" * 100_000,
    "<p" * 50_000,
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_a_hostile_text_is_read_all_the_same(text):
    assert isinstance(own_words(text), str)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("html", HOSTILE_MARKUP, ids=lambda html: repr(html[:12]))
def test_hostile_markup_is_read_all_the_same(html):
    assert isinstance(from_html(html)[0], str)


def test_markup_becomes_markdown():
    text, pictures = from_html(
        "<style>a{}</style><h2>Titolo</h2><p>Uno <b>due </b>tre<br>quattro</p>"
        "<ol><li>a</li><li>b<ul><li>c</li></ul></li></ol>"
        '<pre>x = 1\n  y</pre><blockquote>detto</blockquote><img src="cid:p1@x"><script>evil()</script>'
        '<a href="javascript:x">no</a> <a href="https://a.example/">https://a.example</a>'
        '<p style="display: none">no</p>'
    )
    assert text == (
        "#### Titolo\n\nUno **due** tre\nquattro\n\n1. a\n2. b\n  - c\n\n```\nx = 1\n  y\n```\n\n> detto\n\n"
        "no https://a.example"
    )
    assert pictures == {"p1@x"}


PICTURES = b"""\
From: Anna <anna@example.org>
MIME-Version: 1.0
Content-Type: multipart/related; boundary=r

--r
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain; charset=utf-8

Ecco la foto.
--a
Content-Type: text/html; charset=utf-8

<p>Ecco la foto. <img src="cid:mine@x"></p><div class="gmail_signature"><img src="cid:logo@x"></div>
<div class="gmail_quote"><img src="cid:theirs@x"></div>
--a--
--r
Content-Type: image/png; name="mine.png"
Content-ID: <mine@x>
Content-Disposition: inline; filename="mine.png"
Content-Transfer-Encoding: base64

AAAA
--r
Content-Type: image/png; name="logo.png"
Content-ID: <logo@x>
Content-Disposition: inline; filename="logo.png"
Content-Transfer-Encoding: base64

AAAA
--r
Content-Type: image/png; name="theirs.png"
Content-ID: <theirs@x>
Content-Disposition: attachment; filename="theirs.png"
Content-Transfer-Encoding: base64

AAAA
--r
Content-Type: application/pdf
Content-ID: <unused@x>
Content-Disposition: attachment; filename*=utf-8''perch%C3%A9.pdf
Content-Transfer-Encoding: base64

AAAA
--r
Content-Type: application/pkcs7-signature; name="smime.p7s"
Content-Disposition: attachment; filename="smime.p7s"

x
--r
Content-Type: message/rfc822

Subject: inoltrato

Ciao
--r--
"""


def test_pictures_of_signatures_and_quotes_are_not_attached():
    words = words_of(parse(PICTURES))
    assert words.text == "Ecco la foto."
    assert [(name, kind) for name, kind, _content in words.attachments] == [
        ("mine.png", "image/png"),
        ("perché.pdf", "application/pdf"),
        ("3.eml", "message/rfc822"),
    ]
    assert words.attachments[0][2] == b"\0\0\0"
    assert b"Subject: inoltrato" in words.attachments[2][2]


def test_addresses_are_found_in_odd_headers():
    message = parse(b'From x@y Mon\nTo: "Rossi, A. @ Verdi" <A@B.example>, gruppo: c@d.example, <a@b.example>;\n\nx')
    assert addresses_in(message, "To") == ["a@b.example", "c@d.example"]
    assert sender_of(parse(b"From: =?iso-8859-1?q?Nicol=F2?= <n@x.example>\n\n")) == "n@x.example"
    assert sender_of(parse(b"Subject: x\n\n")) == ""
    assert message_id_of(parse(b"Message-ID: <a@b>\n\n"), b"") == "<a@b>"
    assert message_id_of(parse(b"Message-ID: a b\n\n"), b"1").endswith("@no-message-id>")


RARER = (Path(__file__).parent / "replies" / "rarer.bodies").read_text(encoding="utf-8").split("=== ")[1:]


SENT_WITH = """Inviato da dispositivo Samsung
Inviato dallo smartphone Samsung Galaxy
Inviato dal cellulare
Inviato dall'app Mail di Libero
Inviata dal mio iPhone
Spedito dal mio iPhone
Inviato dalla Posta per Windows 10
Get Outlook for Android<https://aka.ms/AAb9ysg>
Sent from a mobile device
Sent from Samsung tablet
Please excuse any typos
Gesendet von meinem iPhone
*Inviato da iPhone*
[Sent from my iPhone]
Cordiali saluti,|X.|Ufficio tecnico|Tel. +39 0341 123456|www.rossi.example
Best regards||X.|R&D manager|Via Roma 3, 20100 Milano|anna@acme.example""".splitlines()


@pytest.mark.parametrize("line", SENT_WITH)
def test_what_telephones_and_offices_put_below_goes(line):
    quote = "> Il giorno 17/11/26 10:32, Forum ha scritto:\n> ciao\n"
    left = own_words("Va bene.\n\n" + line.replace("|", "\n") + "\n\n" + quote)
    assert left.splitlines()[0] == "Va bene."
    assert left.splitlines()[-1] in ("Va bene.", "X.")


@pytest.mark.parametrize("body", RARER, ids=lambda body: body.partition("\n")[0])
def test_rarer_programs_are_understood_too(body):
    assert own_words(body.partition("\n")[2]) == "X."


@pytest.mark.parametrize(
    "words",
    [
        "Va bene.\n\nClausola di riservatezza: serve nel contratto?",
        "Avviso di riservatezza",
        "Va bene.\nInviato da Marco ieri sera.",
        "Ecco.\n\nGrazie\nhttps://acme.example/dati",
        "Ecco.\n\nSaluti\nAnna\nUfficio acquisti",
        "Ecco.\n\nSaluti\nAnna\n\nP.S. il numero è 0341 123456",
        "Grazie\nil file è da chiedere a anna@acme.example, che lo tiene in ufficio e lo manda.",
        "Da: domani proviamo.\nInviato: non ancora.",
        "Nota:\n\nForum <a@b.example> ha scritto qualcosa:\n\nche il rame tiene.",
    ],
)
def test_words_that_only_look_like_a_programs_stay(words):
    assert own_words(words) == words


def test_a_reply_address_is_never_among_the_words():
    token = "bhkqceibgvxukhfkqa5ydydo7xta"
    raw = f"From: a@b.example\n\nHo scritto a reply+{token}@in.example e a anna+forum@b.example.\n"
    assert words_of(parse(raw.encode())).text == "Ho scritto a … e a anna+forum@b.example."
