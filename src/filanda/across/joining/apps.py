# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class JoiningConfig(AppConfig):
    name = "filanda.across.joining"
    label = "joining"
