# SPDX-License-Identifier: EUPL-1.2
"""Invented texts of communities, in Italian and English: pure functions, the same result everywhere.

communities()                  the 94 communities
thread(community, number)      a conversation; also news(…), event(…) and document(…)
"""

from __future__ import annotations

from .catalogue import communities
from .conversations import thread
from .kinds import CommunityText, DocumentText, EventText, NewsText, PostText, ThreadText
from .publications import document, event, news

__all__ = [
    "CommunityText",
    "DocumentText",
    "EventText",
    "NewsText",
    "PostText",
    "ThreadText",
    "communities",
    "document",
    "event",
    "news",
    "thread",
]
