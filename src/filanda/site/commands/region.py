# SPDX-License-Identifier: EUPL-1.2
"""`filanda region`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from filanda.site.django_ready import django_ready
from filanda.site.failures import Failure

if TYPE_CHECKING:
    from filanda.kernel.identity.models import Account, Role
    from filanda.kernel.regions.models import Region


_SLUG = typer.Argument(metavar="SLUG", help="Short name of the region, as `filanda region list` shows it.")
_EMAIL = typer.Argument(metavar="EMAIL", help="The person's e-mail address.")
_NAME = typer.Option("", help="The person's name.")


def register(app: typer.Typer) -> None:
    region = typer.Typer(no_args_is_help=True, help="Regions, their host names and their staff.")
    app.add_typer(region, name="region", rich_help_panel="Look after")

    @region.command("list")
    def list_regions() -> None:
        """List the regions with their host names."""
        with django_ready():
            from filanda.kernel.regions.models import Region

            for found in Region.objects.prefetch_related("hosts"):
                hosts = ", ".join(host.host for host in found.hosts.all()) or "no host name"
                typer.echo(f"{found.slug}: {found.name} ({hosts}){' invented' if found.is_invented else ''}")

    @region.command()
    def add(
        slug: str = typer.Argument(metavar="SLUG", help="Short name in lower case, such as liguria."),
        name_it: str = typer.Option(..., "--name-it", help="Its name in Italian."),
        name_en: str = typer.Option(..., "--name-en", help="Its name in English."),
        hosts: list[str] = typer.Option(
            [], "--host", help="A host name that its pages answer to; may be given several times."
        ),
    ) -> None:
        """Add a region: a place of its own, with its own pages, people and organisations.

        For example: filanda region add liguria --name-it Liguria --name-en Liguria --host liguria.example
        """
        with django_ready():
            from filanda.kernel.identity.actors import PLATFORM
            from filanda.site.regions import RegionWrong, add_region

            try:
                add_region(actor=PLATFORM, slug=slug, names={"it": name_it, "en": name_en}, hosts=hosts)
            except RegionWrong as error:
                raise Failure(str(error)) from None
            typer.echo(f"The region {slug} is there.")

    @region.command()
    def host(
        slug: str = _SLUG, host_name: str = typer.Argument(metavar="HOST", help="Such as liguria.example.")
    ) -> None:
        """Let the pages of a region answer to one more host name."""
        with django_ready():
            from filanda.kernel.identity.actors import PLATFORM
            from filanda.site.regions import RegionWrong, add_host

            try:
                added = add_host(actor=PLATFORM, region=_region(slug), host=host_name)
            except RegionWrong as error:
                raise Failure(str(error)) from None
            typer.echo(f"{added.host} opens {slug}.")

    @region.command()
    def administrator(email: str = _EMAIL, slug: str = _SLUG, name: str = _NAME) -> None:
        """Make a person an administrator of a region, and print a link that signs them in once."""
        with django_ready():
            from filanda.kernel.identity.models import Role

            _give(email, slug, Role.REGION_ADMINISTRATOR, name)

    @region.command()
    def admin(
        email: str = _EMAIL,
        slug: str = typer.Option("", "--region", help="Short name of the region; not needed where there is one only."),
        name: str = _NAME,
    ) -> None:
        """Make a person an administrator of a region, and print a link that signs them in once."""
        with django_ready():
            from filanda.kernel.identity.models import Role

            _give(email, slug or _only_region(), Role.REGION_ADMINISTRATOR, name)

    @region.command("forget-factors")
    def forget_factors(email: str = _EMAIL, slug: str = _SLUG) -> None:
        """Remove the second factors of somebody who lost them, where no two administrators can. They are told."""
        with django_ready():
            from filanda.kernel.identity.actors import PLATFORM
            from filanda.kernel.regions.scoped import in_region
            from filanda.kernel.signin.recovery import forget_factors

            account, region = _account(email), _region(slug)
            with in_region(region):
                gone = forget_factors(actor=PLATFORM, account=account, region=region, now=datetime.now(UTC))
            typer.echo(f"{account.email}: {gone} factors removed, and all sessions ended.")

    @region.command()
    def facilitator(email: str = _EMAIL, slug: str = _SLUG, name: str = _NAME) -> None:
        """Make a person a facilitator of a region, and print a link that signs them in once."""
        with django_ready():
            from filanda.kernel.identity.models import Role

            _give(email, slug, Role.FACILITATOR, name)

    @region.command("sign-in-link")
    def sign_in_link(email: str = _EMAIL, slug: str = _SLUG) -> None:
        """Print a link that signs somebody in who has an account already: once, within ten minutes."""
        with django_ready():
            _print_link(_account(email), _region(slug))


def _region(slug: str) -> Region:
    from filanda.kernel.regions.models import Region

    found = Region.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Region.objects.values_list("slug", flat=True)) or "none yet"
        raise Failure(f"there is no region {slug!r}; the regions are: {known}.")
    return found


def _account(email: str) -> Account:
    from filanda.kernel.identity.models import Account

    account = Account.objects.filter(email=email.strip().lower(), is_active=True).first()
    if account is None:
        raise Failure(f"nobody has an account with the address {email}.")
    return account


def _only_region() -> str:
    from filanda.kernel.regions.models import Region

    slugs = list(Region.objects.values_list("slug", flat=True))
    if len(slugs) != 1:
        raise Failure(f"say which region with --region; the regions are: {', '.join(slugs) or 'none yet'}.")
    return slugs[0]


def _give(email: str, slug: str, role: Role, name: str) -> None:
    from filanda.kernel.identity.actors import PLATFORM
    from filanda.kernel.regions.scoped import in_region
    from filanda.kernel.signin.actions import EmailWrong, grant_role

    region = _region(slug)
    with in_region(region):
        try:
            account = grant_role(
                actor=PLATFORM, region=region, email=email, role=role, now=datetime.now(UTC), name=name
            )
        except EmailWrong as error:
            raise Failure(str(error)) from None
    typer.echo(f"{account.email}: {role.label}, {region.slug}.")
    _print_link(account, region)


def _print_link(account: Account, region: Region) -> None:
    from django.conf import settings
    from django.urls import reverse
    from django.utils import translation

    from filanda.kernel.identity.actors import PLATFORM
    from filanda.kernel.regions.scoped import in_region
    from filanda.kernel.signin.actions import create_sign_in_link

    with in_region(region):
        token = create_sign_in_link(actor=PLATFORM, account=account, region=region, now=datetime.now(UTC))
    host = region.hosts.first()
    with translation.override(region.default_language):
        path = reverse("signin:sign-in", args=[token])
    name = host.host if host else "127.0.0.1"
    origin = f"https://{name}" if settings.HTTPS else f"http://{name}:{os.environ.get('FILANDA_PORT') or 8000}"
    typer.echo(f"Sign-in link, for one use within ten minutes:\n{origin}{path}")
