# SPDX-License-Identifier: EUPL-1.2
import pytest
from django.utils import translation
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from filanda.directory.organisations.identifiers import (
    InvalidIdentifier,
    normalise,
    normalise_pic,
    normalise_ror,
    normalise_tax_code,
    normalise_vat,
)
from filanda.directory.organisations.models import Identifier, IdentifierScheme

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work may load the machine
BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("00743110157", "IT", "IT00743110157"),
        (" it 00743110157 ", "DE", "IT00743110157"),
        ("IT-00743.110.157", "IT", "IT00743110157"),
        ("DE 136 695 976", "IT", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("FR 40 303 265 045", "IT", "FR40303265045"),
        ("ATU13585627", "IT", "ATU13585627"),
        ("094259216", "GR", "EL094259216"),
        ("GR 094259216", "IT", "EL094259216"),
        ("NL4495445B01", "IT", "NL004495445B01"),
        ("GB 980 7806 84", "IT", "GB980780684"),
        ("CHE-100.155.212 IVA", "IT", "CHE100155212"),
        ("NO 988 077 917 MVA", "IT", "NO988077917"),
    ],
)
def test_a_vat_number_has_one_written_form(text, country, expected):
    assert normalise_vat(text, country=country) == expected
    assert normalise_vat(expected) == expected


@pytest.mark.parametrize(
    ("text", "country", "sentence"),
    [
        ("00743110158", "IT", "check digits"),
        ("0074311015", "IT", "this many characters"),
        ("IT0074311015A", "IT", "not written like this"),
        ("US123456789", "IT", "cannot be checked"),
        ("123456789", "BR", "cannot be checked"),
        ("", "IT", "Write the VAT number"),
        (" - ", "IT", "Write the VAT number"),
        ("00743110157🙂", "IT", "letters and digits"),
        ("٠٠٧٤٣١١٠١٥٧", "IT", "letters and digits"),
        ("<b>", "IT", "letters and digits"),
        ("1" * 100_000, "IT", "letters and digits"),
    ],
)
def test_a_wrong_vat_number_is_refused_with_a_sentence(text, country, sentence):
    with pytest.raises(InvalidIdentifier, match=sentence):
        normalise_vat(text, country=country)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RCCMNL83S18D969H", "RCCMNL83S18D969H"),
        ("rcc mnl 83s18 d969h", "RCCMNL83S18D969H"),
        ("80012650158", "80012650158"),
        ("IT80012650158", "80012650158"),
    ],
)
def test_a_tax_code_is_of_a_person_or_a_body(text, expected):
    assert normalise_tax_code(text) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("RCCMNL83S18D969A", "check character"),
        ("80012650159", "check character"),
        ("RCCMNL83", "this has 8"),
        ("1CCMNL83S18D969H", "not written like"),
        ("RCCMNL83S00D969H", "does not exist|check character"),
        ("", "Write the tax code"),
    ],
)
def test_a_wrong_tax_code_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(InvalidIdentifier, match=sentence):
        normalise_tax_code(text)


def test_a_pic_has_nine_digits_and_no_check():
    assert normalise_pic("PIC: 999 979 500") == "999979500"
    for wrong in ("99997950", "9999795000", "99997950A", ""):
        with pytest.raises(InvalidIdentifier):
            normalise_pic(wrong)


@pytest.mark.parametrize("ror", ["00wjc7c48", "01nffqt88", "04zaypm56", "01ynf4891"])
def test_a_ror_id_is_taken_from_its_address(ror):
    for text in (ror, ror.upper(), f"https://ror.org/{ror}", f" ror.org/{ror}/ ", f"http://www.ror.org/{ror}"):
        assert normalise_ror(text) == ror


@pytest.mark.parametrize(
    "text", ["00wjc7c49", "10wjc7c48", "00wjc7c4", "00wjl7c48", "https://evil.example/00wjc7c48", "", "x" * 100_000]
)
def test_a_wrong_ror_id_is_refused(text):
    with pytest.raises(InvalidIdentifier):
        normalise_ror(text)


def ror_of(number: int) -> str:
    digits = ""
    rest = number
    for _ in range(7):
        digits = BASE32[rest % 32] + digits
        rest //= 32
    return f"{digits}{98 - number * 100 % 97:02}"


@unhurried
@given(st.integers(0, 32**6 - 1), st.integers(1, 6), st.sampled_from(BASE32))
def test_one_mistyped_character_of_a_ror_id_is_always_noticed(number, position, wrong):
    right = ror_of(number)
    assert normalise_ror(right) == right
    assume(right[position] != wrong)
    with pytest.raises(InvalidIdentifier):
        normalise_ror(right[:position] + wrong + right[position + 1 :])


def italian_vat(seven: int, office: int) -> str:
    """The number with the check digit of D.M. 23 December 1976: Luhn's."""
    digits = f"{seven:07}{office:03}"
    total = sum(int(d) for d in digits[::2]) + sum(sum(divmod(2 * int(d), 10)) for d in digits[1::2])
    return f"{digits}{-total % 10}"


@unhurried
@given(st.integers(1, 9_999_999), st.integers(1, 100), st.integers(0, 10), st.integers(1, 9))
def test_one_mistyped_digit_of_an_italian_vat_number_is_always_noticed(seven, office, position, step):
    right = italian_vat(seven, office)
    assert normalise_vat(right) == f"IT{right}"
    wrong = right[:position] + str((int(right[position]) + step) % 10) + right[position + 1 :]
    with pytest.raises(InvalidIdentifier):
        normalise_vat(wrong)


@unhurried
@given(st.sampled_from(IdentifierScheme), st.text(max_size=40))
def test_any_text_is_normal_or_refused_and_normal_stays_normal(scheme, text):
    try:
        value = normalise(scheme, text)
    except InvalidIdentifier:
        return
    assert normalise(scheme, value) == value
    assert len(value) <= Identifier._meta.get_field("value").max_length


@unhurried
@given(
    st.sampled_from(["IT", "DE", "FR", "ES", "NL", "AT", "GR", "EL", "IE", "CY", "GB", "CH", "NO", "XI", "US"]),
    st.from_regex(r"\A[A-Z0-9]{5,14}\Z"),
)
def test_any_vat_like_text_is_normal_or_refused(country, text):
    try:
        value = normalise_vat(country + text)
    except InvalidIdentifier:
        return
    assert normalise_vat(value) == value
