# SPDX-License-Identifier: EUPL-1.2
import pytest

from filanda.kernel.mail.configuration import EmailSettingsWrong, email_settings


def settings_for(url, **more):
    known = email_settings({"FILANDA_EMAIL_URL": url} | more)
    return {name: value for name, value in known.items() if name.startswith("EMAIL_") and name != "EMAIL_TIMEOUT"}


def test_without_an_address_nothing_is_configured():
    assert email_settings({})["EMAIL_CONFIGURED"] is False


def test_smtp_addresses_say_host_port_user_password_and_encryption():
    known = settings_for(
        "smtp+tls://anna%40a.example:p%3Aw%40rd@mail.example:2587", FILANDA_EMAIL_FROM="X <n@a.example>"
    )
    assert known == {
        "EMAIL_CONFIGURED": True,
        "EMAIL_SENDER": "n@a.example",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example",
        "EMAIL_PORT": 2587,
        "EMAIL_HOST_USER": "anna@a.example",
        "EMAIL_HOST_PASSWORD": "p:w@rd",
        "EMAIL_USE_TLS": True,
        "EMAIL_USE_SSL": False,
    }
    assert [settings_for(f"{kind}://h")["EMAIL_PORT"] for kind in ("smtp", "smtp+tls", "smtps", "smtp+ssl")] == [
        25,
        587,
        465,
        465,
    ]
    assert settings_for("smtps://h")["EMAIL_USE_SSL"] is True


def test_a_provider_takes_its_settings_from_the_environment():
    known = email_settings(
        {
            "FILANDA_EMAIL_URL": "anymail+postmark://",
            "ANYMAIL_POSTMARK_SERVER_TOKEN": "t",
            "ANYMAIL_WEBHOOK_SECRET": "a:b",
        }
    )
    assert known["EMAIL_BACKEND"] == "anymail.backends.postmark.EmailBackend"
    assert known["ANYMAIL"]["POSTMARK_SERVER_TOKEN"] == "t"
    assert (known["ANYMAIL_PROVIDER"], known["ANYMAIL"]["WEBHOOK_SECRET"]) == ("postmark", "a:b")


@pytest.mark.parametrize(
    "url", ["mail.example", "http://secret@mail.example", "smtp://", "smtp+tls://a:secret@h:port", "anymail+nobody://"]
)
def test_a_wrong_address_is_said_in_a_sentence_without_repeating_it(url):
    with pytest.raises(EmailSettingsWrong) as caught:
        email_settings({"FILANDA_EMAIL_URL": url})
    assert str(caught.value).endswith(".") or str(caught.value).endswith(").")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("sender", ["nobody", "a@b.example\nBcc: x@y.example"])
def test_a_wrong_sender_is_refused(sender):
    with pytest.raises(EmailSettingsWrong):
        email_settings({"FILANDA_EMAIL_FROM": sender})
