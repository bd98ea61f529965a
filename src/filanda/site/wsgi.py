# SPDX-License-Identifier: EUPL-1.2
"""The WSGI application that granian serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filanda.site.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
