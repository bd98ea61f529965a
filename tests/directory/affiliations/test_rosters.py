# SPDX-License-Identifier: EUPL-1.2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filanda.directory.affiliations.rosters import ROWS_MOST, RosterUnreadable, decode, read_roster, written
from filanda.kernel.identity.models import Role


def test_a_list_with_a_head_in_any_order_and_language():
    for text in (
        "nome;e-mail;ruolo;incarico\nAnna Conti;ANNA@polialta.example;amministratrice;Chimica\n",
        "Role,Title,Name,E-mail\nadmin,Chimica,Anna Conti,anna@polialta.example\n",
        "\ufeffemail\tname\trole\tposition\r\nanna@polialta.example\tAnna Conti\tAdmin\tChimica\r\n",
    ):
        (one,) = read_roster(text).good
        assert (one.email, one.name, one.role, one.title) == (
            "anna@polialta.example",
            "Anna Conti",
            Role.ORGANISATION_ADMIN,
            "Chimica",
        )


def test_addresses_alone_are_enough():
    roster = read_roster("anna@polialta.example\n\n  bruno@polialta.example  \n")
    assert [(one.email, one.role) for one in roster.good] == [
        ("anna@polialta.example", Role.ORGANISATION_MEMBER),
        ("bruno@polialta.example", Role.ORGANISATION_MEMBER),
    ]
    assert roster.bad == []


def test_bad_rows_say_why_and_come_back_to_be_corrected():
    text = (
        "email,name,role\nanna@polialta.example,Anna,\nnot an address,Bruno,boss\nANNA@polialta.example,Anna again,\n"
    )
    roster = read_roster(text)
    assert [one.email for one in roster.good] == ["anna@polialta.example"]
    assert [(row.number, set(row.errors)) for row in roster.bad] == [(3, {"email", "role"}), (4, {"email"})]
    assert "2" in roster.bad[1].errors["email"]  # where it stands already
    back = written(roster.bad)
    assert back.splitlines() == [
        "email,name,role,title",
        "not an address,Bruno,boss,",
        "ANNA@polialta.example,Anna again,,",
    ]
    mended = back.replace("not an address", "bruno@polialta.example").replace("boss", "membro")
    assert [one.email for one in read_roster(mended).good] == ["bruno@polialta.example", "anna@polialta.example"]


@pytest.mark.parametrize(
    "text", ["", "  \n ", "email,name\n", "\n".join(f"a{n}@x.example" for n in range(ROWS_MOST + 1))]
)
def test_what_is_no_list(text):
    with pytest.raises(RosterUnreadable) as wrong:
        read_roster(text)
    assert str(wrong.value).endswith(".")


def test_too_long_a_list_is_not_read():
    for text in ("a" * 200_001, "a" * 150_000):  # the second is more than one cell may hold
        with pytest.raises(RosterUnreadable):
            read_roster(text)


def test_files_of_spreadsheets_are_decoded():
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert decode("Società,à@x.example".encode(encoding)) == "Società,à@x.example"


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text):
    try:
        roster = read_roster(text)
    except RosterUnreadable:
        return
    assert len(roster.good) + len(roster.bad) == len(roster.rows)
    assert all(row.errors for row in roster.bad)
