# SPDX-License-Identifier: EUPL-1.2
"""E-mail: posted in an action's transaction, rendered and sent by a job, retried, never lost.

Doors: `steps.post` (write one, inside an action), `links.absolute` (addresses in it), `queries.trouble_with` (what is
known about an address that does not work), `steps.address_works` (somebody has just used a code sent there),
`configuration` (FILANDA_EMAIL_URL). A template is one Jinja file that extends "mail/base.html"; text and HTML come from
it. In a demonstration without a mail server, messages of an invented region are kept in a table and read at
/demo/outbox/.
"""
