# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class IntroductionsConfig(AppConfig):
    name = "filanda.capabilities.introductions"
    label = "introductions"
