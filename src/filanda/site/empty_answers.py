# SPDX-License-Identifier: EUPL-1.2
"""A few words for redirects and refusals that have none: who reads them in a terminal should not see nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html


class EmptyAnswersMiddleware:
    """Gives a small body to answers that lead elsewhere (RFC 9110, section 15.4) and to refusals, where it is empty.

    Browsers follow the former and never show it. Both languages at once, as no region may be known yet.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or response.content:
            return response
        if response.status_code >= 400:
            response.headers["Content-Type"] = "text/plain; charset=utf-8"
            allowed = f" Allowed: {response.headers['Allow']}." if "Allow" in response.headers else ""
            response.content = f"{response.status_code} {response.reason_phrase}.{allowed}\n"
        elif response.status_code >= 300 and "Location" in response.headers:
            address = response.headers["Location"]
            response.content = format_html(_ELSEWHERE, address, address)
        if "Content-Length" in response.headers:
            response.headers["Content-Length"] = str(len(response.content))
        return response


_ELSEWHERE = (
    '<!doctype html>\n<html lang="it"><head><meta charset="utf-8"><title>Altrove · Elsewhere</title></head>\n'
    '<body><p>La pagina è qui · <span lang="en">The page is here</span>: <a href="{}">{}</a></p></body></html>\n'
)
