# SPDX-License-Identifier: EUPL-1.2
"""What threads plug in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from filanda.capabilities.threads import attachments, policies
from filanda.capabilities.threads.personal import DRAFTS_KEPT, PERSONAL_DATA
from filanda.capabilities.threads.replying import HANDLER
from filanda.capabilities.threads.searching import SOURCE
from filanda.capabilities.threads.telling import NOTICES
from filanda.capabilities.threads.things import POST, THREAD
from filanda.kernel.identity.actors import Actor
from filanda.kernel.identity.models import Role
from filanda.kernel.journal.event_types import Audience, Erasure, EventType
from filanda.kernel.manifests import Manifest
from filanda.kernel.policies import Decision, Permission


def _event(name: str, label: Any) -> EventType:
    # Payloads hold ids, numbers and counts: words and titles stand in the rows, and go with them.
    return EventType(name, label, Audience.STAFF, Erasure.NOTHING)


def _permission(name: str, label: Any, rule: Callable[[Actor, Any], Decision]) -> Permission:
    # Who that is says the place of the thread (places.Place): everybody is asked the rule.
    return Permission(name, label, everybody=True, rule=rule)


attachments.register()

manifest = Manifest(
    permissions=(
        _permission("threads.open", _("Open a thread, where its place lets them"), policies.may_open),
        _permission("threads.answer", _("Answer in a thread, where its place lets them"), policies.may_answer),
        _permission("threads.edit", _("Change their own posts"), policies.may_edit),
        _permission("threads.delete", _("Delete their own posts"), policies.may_delete),
        _permission("threads.react", _("Say a word about somebody's post"), policies.may_react),
        _permission("threads.accept", _("Say which answer helped, in their own question"), policies.may_accept),
        _permission("threads.rename", _("Give their own thread a better title"), policies.may_rename),
        _permission("threads.read", _("Keep how far they have read a thread"), policies.may_read),
        _permission(
            "threads.keep_order",
            _("Pin, close, move, split and merge threads, where they keep order"),
            policies.may_keep_order,
        ),
        Permission(
            "threads.notes",
            _("Keep drafts, and what they have read"),
            roles=frozenset({Role.INNOVATOR, Role.FACILITATOR, Role.REGION_ADMINISTRATOR}),
        ),
    ),
    events=(
        _event("threads.thread.opened", _("A discussion was opened")),
        _event("threads.thread.renamed", _("A discussion was given another title")),
        _event("threads.thread.pinned", _("A discussion was put on top")),
        _event("threads.thread.unpinned", _("A discussion was taken from the top")),
        _event("threads.thread.closed", _("A discussion was closed")),
        _event("threads.thread.reopened", _("A discussion was opened again")),
        _event("threads.thread.moved", _("A discussion was moved")),
        _event("threads.thread.split", _("Posts were taken out of a discussion")),
        _event("threads.thread.made", _("A discussion was made of posts of another")),
        _event("threads.thread.merged", _("Two discussions became one")),
        _event("threads.thread.hidden", _("A discussion was hidden")),
        _event("threads.thread.restored", _("A hidden discussion is shown again")),
        _event("threads.post.written", _("Somebody answered in a discussion")),
        _event("threads.post.held", _("A post waits until somebody has looked")),
        _event("threads.post.released", _("A post that was held is shown")),
        _event("threads.post.edited", _("A post was changed")),
        _event("threads.post.deleted", _("A post was deleted by its author")),
        _event("threads.post.hidden", _("A post was hidden")),
        _event("threads.post.removed", _("A post was removed")),
        _event("threads.post.restored", _("A post is shown again")),
        _event("threads.author.erased", _("Somebody who wrote in a discussion was erased")),
        _event("threads.answer.accepted", _("A question has an accepted answer")),
        _event("threads.answer.withdrawn", _("An accepted answer was taken back")),
    ),
    things=(THREAD, POST),
    notices=NOTICES,
    replies=(HANDLER,),
    search_sources=(SOURCE,),
    personal_data=(PERSONAL_DATA,),
    retention=(DRAFTS_KEPT,),
)
