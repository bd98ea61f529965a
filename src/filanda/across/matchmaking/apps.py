# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class MatchmakingConfig(AppConfig):
    name = "filanda.across.matchmaking"
    label = "matchmaking"
