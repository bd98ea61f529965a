# SPDX-License-Identifier: EUPL-1.2
"""Files served, and files received."""

from __future__ import annotations

import pytest
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client, RequestFactory

from filanda.capabilities.files.actions import store
from filanda.capabilities.files.models import StoredFile
from filanda.capabilities.files.queries import address
from filanda.capabilities.files.receiving import FileTooBig, received, takes_files
from filanda.kernel.identity.actors import VISITOR, actor_for
from filanda.kernel.identity.models import Role
from tests.capabilities.files.conftest import PDF, picture, upload
from tests.signing import sign_in


def test_a_document_is_served_to_whom_it_concerns_as_a_file_to_save(client, stored, anna):
    answer = sign_in(client, anna).get(address(stored))
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == PDF
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == 'attachment; filename="prova.pdf"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert headers["Cache-Control"] == "private, no-cache"
    again = client.get(address(stored), headers={"if-none-match": headers["ETag"]})
    assert again.status_code == 304


def test_nobody_else_can_tell_whether_it_exists(client, stored, person, other_region, anna):
    unknown = f"/files/{stored.pk + 1}/prova.pdf"

    def answers(of):
        return [of.get(path).status_code for path in (address(stored), unknown)]

    assert answers(client) == [404, 404]
    assert answers(sign_in(Client(headers={"host": "test.example"}), person("bruno"))) == [404, 404]
    assert answers(sign_in(Client(headers={"host": "other.example"}), anna)) == [404, 404]
    facilitator = person("giulia", Role.FACILITATOR)
    asleep = Client(headers={"host": "test.example"})
    assert answers(sign_in(asleep, facilitator, second_factor=False)) == [404, 404]
    awake = Client(headers={"host": "test.example"})
    assert answers(sign_in(awake, facilitator)) == [200, 404]


def test_only_the_file_s_own_name_leads_to_it(client, stored, anna):
    sign_in(client, anna)
    for name in ("index.html", "prova.svg", "..%2f..%2fsecret-key", "prova.pdf%00.html"):
        assert client.get(f"/files/{stored.pk}/{name}").status_code == 404
    assert client.get(f"/files/{stored.pk}/small/prova.pdf").status_code == 404
    assert client.get(f"/files/{2**70}/prova.pdf").status_code == 404
    assert client.post(address(stored)).status_code == 405


def test_a_logo_is_shown_in_both_sizes(client, region, person, body):
    actor = actor_for(person("olga", Role.FACILITATOR), has_second_factor=True)
    logo = store(
        actor=actor,
        region=region,
        subject=("organisation", body.pk),
        kind="logo",
        upload=upload(picture(size=(800, 400)), "Logo è bello.png"),
    )
    sizes = []
    for variant in ("", "small"):
        answer = client.get(address(logo, variant))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/webp"
        assert answer.headers["Content-Disposition"].startswith("inline")
        assert answer.headers["Cache-Control"].startswith("private, ")
        sizes.append(len(b"".join(answer.streaming_content)))
    assert sizes[0] > sizes[1]
    assert address(logo) == f"/files/{logo.pk}/logo-e-bello.webp"


def test_bytes_that_are_gone_are_not_found(client, stored, anna, folder):
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()
    assert sign_in(client, anna).get(address(stored)).status_code == 404


@takes_files(1000, most_files=2)
def taking(request):
    try:
        file = received(request, "file")
    except FileTooBig as error:
        return HttpResponse(str(error), status=422)
    return HttpResponse(file.read() if file else b"none")


def posted(actor, **files):
    request = RequestFactory().post("/", {"word": "x", **files})
    request.actor = actor
    request._dont_enforce_csrf_checks = True
    return request


def test_a_view_that_says_so_receives_files_of_people_who_are_signed_in(region, anna):
    actor = actor_for(anna)
    assert taking(posted(actor, file=upload(b"x" * 1000))).content == b"x" * 1000
    assert taking(posted(actor)).content == b"none"
    too_big = taking(posted(actor, file=upload(b"x" * 1001)))
    assert too_big.status_code == 422
    assert taking(posted(actor, file=upload(b"x" * 300_000))).status_code == 422
    with pytest.raises(RequestDataTooBig):
        taking(posted(actor, file=upload(), two=upload(), three=upload()))
    with pytest.raises(RequestDataTooBig):
        taking(posted(VISITOR, file=upload()))


def test_a_request_far_beyond_the_limit_is_not_read(region, anna):
    request = posted(actor_for(anna), file=upload())
    request.META["CONTENT_LENGTH"] = str(10**12)
    with pytest.raises(RequestDataTooBig):
        taking(request)


def test_receiving_is_protected_against_forged_requests(region, anna):
    request = posted(actor_for(anna), file=upload(b"x"))
    request._dont_enforce_csrf_checks = False
    request.session, request.user = {}, anna
    request.region = region
    assert CsrfViewMiddleware(taking).process_view(request, taking, (), {}) is None  # read only once the handler is set
    assert taking(request).status_code == 403


def test_every_other_form_refuses_files(region, anna):
    client = sign_in(Client(headers={"host": "test.example"}, enforce_csrf_checks=True), anna)
    client.cookies["csrf"] = "x" * 32
    for path in ("/it/", "/it/sign-out/"):
        answer = client.post(path, {"text": "x", "file": upload(picture(), "x.png", "image/png")})
        assert answer.status_code in (400, 405)
    assert "_auth_user_id" in client.session
    assert StoredFile.objects.count() == 0
