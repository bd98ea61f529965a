# SPDX-License-Identifier: EUPL-1.2
import pytest


@pytest.mark.parametrize(
    ("path", "to"), [("/", "/it/"), ("/organisations/?q=a%26b", "/it/organisations/?q=a%26b"), ("/it", "/it/")]
)
def test_a_redirect_says_where_it_leads(client, path, to):
    answer = client.get(path)
    assert answer.headers["Location"] == to
    assert f'<a href="{to}">' in answer.content.decode()
    assert answer.headers.get("Content-Length", str(len(answer.content))) == str(len(answer.content))


def test_what_it_says_is_escaped(client):
    answer = client.get("/organisations/?q=%22%3E%3Cscript%3E&b=1")
    assert answer.status_code == 302
    assert "<script>" not in answer.content.decode()
    assert "&amp;b=1" in answer.content.decode()


def test_a_refusal_without_words_gets_some(client, settings):
    settings.DEMO = True
    answer = client.get("/demo/sign-in")
    assert (answer.status_code, answer.headers["Content-Type"]) == (405, "text/plain; charset=utf-8")
    assert answer.content.decode() == "405 Method Not Allowed. Allowed: POST.\n"


def test_what_has_words_is_left_alone(client):
    assert client.get("/health/live").content == b'{"status": "ok"}'
