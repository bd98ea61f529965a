# SPDX-License-Identifier: EUPL-1.2
"""Discussions: the conversations of a space. What a conversation is lives in `capabilities.threads`; here is who talks
where, the screens, and what a space shows of it.
"""
