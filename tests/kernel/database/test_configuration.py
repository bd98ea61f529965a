# SPDX-License-Identifier: EUPL-1.2
"""Django's database settings from the data directory and the environment."""

from pathlib import Path

import pytest

from filanda.kernel.database.configuration import database_settings, dsn
from filanda.kernel.database.errors import DatabaseAddressWrong


def test_embedded_database_is_reached_through_its_socket() -> None:
    settings = database_settings(Path("/srv/filanda"), {})
    assert settings == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "filanda",
        "USER": "filanda",
        "PASSWORD": "",
        "HOST": "/srv/filanda/postgres/run",
        "PORT": "",
        "OPTIONS": {"application_name": "filanda", "pool": {"min_size": 1, "max_size": 8, "timeout": 10.0}},
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    }


def test_path_with_odd_characters_survives_the_address() -> None:
    odd = Path("/srv") / "è un'altra & 100% #1"
    assert database_settings(odd, {})["HOST"] == str(odd / "postgres" / "run")


def test_database_url_wins_and_keeps_its_options(tmp_path: Path) -> None:
    env = {
        "DATABASE_URL": "postgres://mario:p%40ss@db.example:5433/region?sslmode=require",
        "FILANDA_DATABASE_POOL": "0",
    }
    settings = database_settings(tmp_path, env)
    assert {name: settings[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")} == {
        "NAME": "region",
        "USER": "mario",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"application_name": "filanda", "sslmode": "require"},
    }
    assert dsn(tmp_path, env) == env["DATABASE_URL"]


@pytest.mark.parametrize(
    "address", ["mysql://u:secret@h/n", "postgresql://u:secret@h", "secret", "postgresql://[secret"]
)
def test_wrong_address_is_a_sentence_without_the_password(tmp_path: Path, address: str) -> None:
    with pytest.raises(DatabaseAddressWrong, match="it should look like postgresql://") as caught:
        database_settings(tmp_path, {"DATABASE_URL": address})
    assert "secret" not in str(caught.value)


def test_pool_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatabaseAddressWrong, match="FILANDA_DATABASE_POOL should be a number"):
        database_settings(tmp_path, {"FILANDA_DATABASE_POOL": "many"})
