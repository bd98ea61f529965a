# SPDX-License-Identifier: EUPL-1.2
"""DOIs looked up at a server of the test's own."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from filanda.across.ownership.doi import DoiUnknown, look_up
from filanda.kernel.identity.models import Role

WORK = {"message": {"title": ["On <i>silk</i>"], "abstract": "<p>Words</p>", "issued": {"date-parts": [[2021, 5]]}}}


@pytest.fixture
def server(settings):
    asked = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, headers, body = 404, {}, b""
            if self.path == "/works/10.1000%2F1":
                status, body = 200, json.dumps(WORK).encode()
            elif self.path == "/works/10.1000%2F2":
                status, headers = 302, {"Location": "/inside"}
            elif self.path == "/works/10.1000%2F3":
                status, body = 200, b"[1, 2"
            elif self.path == "/works/10.1000%2F5":
                status, body = 200, b"[" * 100_000
            elif self.path == "/works/10.1000%2F6":
                self.wfile.write(b"no server of the web\r\n\r\n")
                return
            elif self.path == "/works/10.1000%2F7":
                status, body = 200, b'{"title": "T", "issued": {"date-parts": [[1e999]]}}'
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            return

    running = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    settings.DOI_URL = f"http://127.0.0.1:{running.server_port}/works/"
    yield asked
    running.shutdown()
    running.server_close()


def test_what_a_doi_names_is_filled_in(server):
    assert look_up("see https://doi.org/10.1000/1.") == {
        "kind": "publication",
        "title": "On silk",
        "text": "Words",
        "started_on": "2021-05-01",
        "source_url": "https://doi.org/10.1000/1",
    }


def test_a_day_that_is_none_is_left_out(server):
    assert (look_up("10.1000/7")["title"], look_up("10.1000/7")["started_on"]) == ("T", "")


@pytest.mark.parametrize(
    "text", ["10.1000/2", "10.1000/3", "10.1000/4", "10.1000/5", "10.1000/6", "nothing", "10.1000/../../inside"]
)
def test_redirects_broken_answers_and_other_paths_lead_nowhere(server, text):
    with pytest.raises(DoiUnknown):
        look_up(text)
    assert "/inside" not in server
    assert all(path.startswith("/works/10.1000%2F") for path in server)


def test_the_form_is_filled_in_and_nothing_typed_is_lost(server, signed, body):
    member = signed(Role.ORGANISATION_MEMBER)
    address = f"/en/organisations/{body.pk}/manage/evidence/new/"
    typed = {"kind": "product", "title": "", "acronym": "OS", "source_url": "10.1000/1", "find": "doi"}
    page = member.post(address, typed).content.decode()
    assert 'value="On silk"' in page
    assert 'value="OS"' in page
    wrong = member.post(address, typed | {"source_url": "10.1000/4"})
    assert (wrong.status_code, 'value="10.1000/4"' in wrong.content.decode()) == (422, True)


def test_without_the_setting_there_is_no_such_button(signed, body, settings):
    settings.DOI_URL = ""
    page = signed(Role.ORGANISATION_MEMBER).get(f"/en/organisations/{body.pk}/manage/evidence/new/").content.decode()
    assert 'value="doi"' not in page
