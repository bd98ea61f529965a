# SPDX-License-Identifier: EUPL-1.2
"""Account, role grants and one-time sign-in links. There is no password anywhere."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from filanda.kernel.regions.models import Region
from filanda.kernel.regions.scoped import scoped


class AccountManager(BaseUserManager["Account"]):
    def create_account(self, *, email: str, name: str = "", **fields: Any) -> Account:
        """Create an account without a password. `email` is stored in lower case."""
        account = self.model(email=email.strip().lower(), name=name, **fields)
        account.set_unusable_password()
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A sign-in. Belongs to the installation; what somebody may do in a region are `RoleGrant` rows."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False, help_text="runs the installation; not a role in a region")
    is_invented = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="identity_account_email_ci")]

    def __str__(self) -> str:
        return self.name or f"account {self.pk}"


class Role(models.TextChoices):
    """What somebody is in a region, or in one thing of it. Others appear with the rooms that need them."""

    INNOVATOR = "innovator", _("Innovator")
    ORGANISATION_MEMBER = "organisation_member", _("Member of an organisation")
    ORGANISATION_ADMIN = "organisation_admin", _("Organisation admin")
    FACILITATOR = "facilitator", _("Facilitator")
    REGION_ADMINISTRATOR = "region_administrator", _("Region administrator")
    SPACE_MANAGER = "space_manager", _("Community manager")
    SPACE_MODERATOR = "space_moderator", _("Moderator of a community")
    SPACE_MEMBER = "space_member", _("Member of a community")
    SPACE_READER = "space_reader", _("Reader of a community")


# Roles of the whole region with power over other people: they sleep until the session has shown a second factor.
POWERFUL = frozenset({Role.FACILITATOR, Role.REGION_ADMINISTRATOR})
# Roles that somebody holds in one thing (RoleGrant.scope_kind, scope_id), not in the region.
SPACE_ROLES = frozenset({Role.SPACE_MANAGER, Role.SPACE_MODERATOR, Role.SPACE_MEMBER, Role.SPACE_READER})
SCOPED = frozenset({Role.ORGANISATION_MEMBER, Role.ORGANISATION_ADMIN}) | SPACE_ROLES


class RoleGrant(models.Model):
    """One person, one role, one scope, until when. Ended, never deleted.

    The scope is the region (`scope_kind` empty, `scope_id` 0) or one thing in it, such as ("organisation", 17): a plain
    key, as the kernel knows no organisations. The room of the thing moves or ends its grants when it merges or ends.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="role_grants")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=40, choices=Role.choices)
    scope_kind = models.CharField(max_length=40, blank=True)
    scope_id = models.BigIntegerField(default=0)
    granted_at = models.DateTimeField(auto_now_add=True)
    granted_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    until = models.DateTimeField(null=True, blank=True, help_text="the role ends by itself then")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    end_reason = models.CharField(max_length=500, blank=True)

    objects = scoped()

    class Meta:
        indexes = [models.Index(fields=["region", "scope_kind", "scope_id"], name="identity_grant_scope")]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "account", "role", "scope_kind", "scope_id"],
                condition=models.Q(ended_at__isnull=True),
                name="identity_one_open_grant",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} in {self.region_id} {self.scope_kind}{self.scope_id or ''}"


class SignInLink(models.Model):
    """A link that signs one account in once. Only a hash of its token is stored."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    region = models.ForeignKey(Region, on_delete=models.CASCADE)
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = scoped()

    def __str__(self) -> str:
        return f"sign-in link {self.pk}"
