# SPDX-License-Identifier: EUPL-1.2
"""The WSGI application that granian serves."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filanda.site.settings")

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

from filanda.site.threads import keep_by_thread, keep_sentences


class Utf8Request(WSGIRequest):
    """Forms and addresses are UTF-8 (URL and HTML standards), whatever the request says of its charset.

    Django would decode even the query string by any codec that Python has. Most are no text encodings ("hex"): they
    raise while the request is made, where no error page is reached yet; so does a parameter in an unknown charset.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            self.content_type, self.content_params = "", {}


application = get_wsgi_application()
keep_by_thread()
keep_sentences()
application.request_class = Utf8Request
