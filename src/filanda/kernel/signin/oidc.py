# SPDX-License-Identifier: EUPL-1.2
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """"""
