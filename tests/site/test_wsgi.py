# SPDX-License-Identifier: EUPL-1.2
"""Requests are made before any middleware or error page is reached: making one must not fail."""

from __future__ import annotations

import io
from urllib.parse import quote

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from filanda.site.wsgi import application


def request_with(content_type: str) -> WSGIRequest:
    body = f"text={quote('città')}".encode()
    environ = RequestFactory()._base_environ(
        REQUEST_METHOD="POST", QUERY_STRING=f"q={quote('città')}", CONTENT_LENGTH=str(len(body))
    )
    made: WSGIRequest = application.request_class(
        environ | {"CONTENT_TYPE": content_type, "wsgi.input": io.BytesIO(body)}
    )
    return made


@pytest.mark.parametrize("charset", ["utf-8", "hex", "zlib", "idna", "utf-16", "undefined", "no-such-thing"])
def test_addresses_and_forms_are_utf_8_whatever_is_said(charset):
    request = request_with(f"application/x-www-form-urlencoded; charset={charset}")
    assert (request.GET["q"], request.POST["text"]) == ("città", "città")


def test_a_content_type_that_cannot_be_read_is_none():
    request = request_with("text/plain; name*=no-such-charset''x")
    assert (request.content_type, request.GET["q"], dict(request.POST)) == ("", "città", {})
