# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class DiscussionsConfig(AppConfig):
    name = "filanda.components.discussions"
    label = "discussions"
