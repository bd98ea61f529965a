# SPDX-License-Identifier: EUPL-1.2
"""Where the worker finds the jobs of all rooms: procrastinate imports this module."""

from filanda.across.administration import tasks as administration_tasks
from filanda.across.matchmaking import tasks as matchmaking_tasks
from filanda.across.privacy import tasks as privacy_tasks
from filanda.capabilities.files import tasks as files_tasks
from filanda.capabilities.matching import tasks as matching_tasks
from filanda.capabilities.needs import tasks as needs_tasks
from filanda.directory.affiliations import tasks as affiliations_tasks
from filanda.directory.organisations import tasks as organisations_tasks
from filanda.kernel.jobs import tasks as jobs_tasks
from filanda.kernel.mail import tasks as mail_tasks
from filanda.kernel.signin import tasks as signin_tasks

__all__ = [
    "administration_tasks",
    "affiliations_tasks",
    "files_tasks",
    "jobs_tasks",
    "mail_tasks",
    "matching_tasks",
    "matchmaking_tasks",
    "needs_tasks",
    "organisations_tasks",
    "privacy_tasks",
    "signin_tasks",
]
