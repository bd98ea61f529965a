# SPDX-License-Identifier: EUPL-1.2
import pytest

from filanda.directory.affiliations.domains import (
    AddressNotOurs,
    ascii_domain,
    checked_address,
    is_free_mail,
    own_domain,
    readable,
    registrable,
)


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.polimi.it/en/", "polimi.it"),
        ("http://WWW.Polimi.IT", "polimi.it"),
        ("www.polimi.it", "polimi.it"),
        ("https://dii.unipv.it:8443/x?y=1", "unipv.it"),
        ("https://polimi.it.", "polimi.it"),
        ("https://user:secret@polimi.it/", "polimi.it"),
        # Public suffixes that look like domains: of a region, a city, a country's second level.
        ("https://www.regione.lombardia.it", "regione.lombardia.it"),
        ("https://comune.milano.it/", "comune.milano.it"),
        ("https://www.example.co.uk", "example.co.uk"),
        ("https://lombardia.it", ""),
        ("https://mi.it", ""),
        ("https://co.uk", ""),
        # One's page at a host of many is one's own, the host is nobody's.
        ("https://acme.github.io/site", "acme.github.io"),
        ("https://github.io", ""),
        # Reserved for examples (RFC 2606): invented bodies live below.
        ("https://www.silk.example.org", "silk.example.org"),
        ("https://example.org", ""),
        # Pages at somebody else's.
        ("https://www.facebook.com/acme", ""),
        ("https://it.linkedin.com/company/acme", ""),
        ("https://acme.altervista.org", "acme.altervista.org"),
        ("https://gmail.com", ""),
        # Other scripts: one ASCII form, whichever way it is written.
        ("https://www.münchen.example", "xn--mnchen-3ya.example"),
        ("https://xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("https://MÜNCHEN.example", "xn--mnchen-3ya.example"),
        # No domain at all.
        ("", ""),
        ("https://", ""),
        ("http://192.0.2.7/", ""),
        ("http://[2001:db8::1]/", ""),
        ("http://[broken", ""),
        ("localhost", ""),
        ("https://a..b.it", ""),
        ("not a website", ""),
    ],
)
def test_own_domain_of_a_website(website, domain):
    assert own_domain(website) == domain


@pytest.mark.parametrize(
    ("email", "website", "kept"),
    [
        ("anna@polimi.it", "https://www.polimi.it", "anna@polimi.it"),
        ("  ANNA.Rossi@Polimi.IT ", "https://polimi.it", "anna.rossi@polimi.it"),
        ("anna@mail.dii.polimi.it", "https://www.polimi.it", "anna@mail.dii.polimi.it"),
        ("anna@polimi.it", "https://www.dii.polimi.it", "anna@polimi.it"),
        ("a@münchen.example", "https://xn--mnchen-3ya.example", "a@xn--mnchen-3ya.example"),
        ("a@regione.lombardia.it", "https://www.regione.lombardia.it", "a@regione.lombardia.it"),
    ],
)
def test_addresses_at_the_own_domain_prove(email, website, kept):
    assert checked_address(email, website) == kept


@pytest.mark.parametrize(
    ("email", "website"),
    [
        ("anna@notpolimi.it", "https://www.polimi.it"),
        ("anna@polimi.it.evil.example", "https://www.polimi.it"),
        ("anna@polimi.com", "https://www.polimi.it"),
        # Another body below the same public suffix.
        ("a@comune.bergamo.it", "https://comune.milano.it"),
        ("a@provincia.milano.it", "https://comune.milano.it"),
        ("a@other.github.io", "https://acme.github.io"),
        # Letters that look alike are others.
        ("a@pоlimi.it", "https://polimi.it"),
        # Free mail, whatever the website says.
        ("polimi@gmail.com", "https://gmail.com"),
        ("polimi@GMAIL.com", "https://www.polimi.it"),
        ("acme@facebook.com", "https://facebook.com/acme"),
        # No address.
        ("", "https://polimi.it"),
        ("polimi.it", "https://polimi.it"),
        ("@polimi.it", "https://polimi.it"),
        ("a b@polimi.it", "https://polimi.it"),
        ("anna@polimi.it\nBcc: x@evil.example", "https://polimi.it"),
        ("anna@[192.0.2.1]", "http://192.0.2.1/"),
        (f"{'a' * 300}@polimi.it", "https://polimi.it"),
        ("anna@polimi.it", ""),
    ],
)
def test_other_addresses_prove_nothing_and_say_why(email, website):
    with pytest.raises(AddressNotOurs) as refused:
        checked_address(email, website)
    assert str(refused.value).endswith(".")


def test_free_mail_is_known_by_its_registrable_domain():
    assert [is_free_mail(name) for name in ("libero.it", "PEC.it", "mail.yahoo.com", "polimi.it", "it", "")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_forms_of_a_name():
    assert ascii_domain("Faß.example.") == "xn--fa-hia.example"
    assert readable("xn--mnchen-3ya.example") == "münchen.example"
    assert readable("polimi.it") == "polimi.it"
    assert registrable("com") == ""
