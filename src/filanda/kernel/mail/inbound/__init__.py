# SPDX-License-Identifier: EUPL-1.2
"""Answers by e-mail: a message of ours carries a signed reply address; what is sent there reaches the room it is about.

Doors: `addresses.reply_address` (for `post(reply_to=…)`), `Manifest(replies=…)` (who takes answers), and three ways in,
which all end in `kernel.mail.actions.receive_message`: a provider's webhook (`webhooks`), a mailbox (`mailbox`), a pipe
(`filanda mail receive`). A job then takes what was received (`taking`): the request that brings it reads no words.
"""
