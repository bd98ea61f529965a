# SPDX-License-Identifier: EUPL-1.2
"""One community of the demonstration furnished with all that its pages can show: `furnish()`, Django being ready.

What the demonstration brings is kept; long Italian words and every state are added to it.
"""

from __future__ import annotations

import io
import json
from datetime import timedelta

SPACE = "intelligenza-artificiale"
MANAGER, MEMBER = "community@altariva.example", "innovator@altariva.example"
LONG = "Sovrintendenza archeologica e interoperabilità delle infrastrutture elettroniche sovracomunali"
WORDS = """## Che cosa si è deciso

Le prove cominciano a gennaio, **due alla settimana**, con chi ha un impianto fermo nel fine settimana.

| Che cosa | Chi | Quando |
| --- | --- | --- |
| Preparare i campioni di filato | Tessitura Valdorsa | entro il 10 gennaio |
| Misurare la tensione dell'ordito | Laboratorio di misure | 17 gennaio |

- chiedere i permessi
- prenotare la sala

> Nessuno parte da solo: chi misura scrive qui che cosa ha misurato, e come.
"""


def furnish() -> str:
    """What was made, as JSON: addresses below the space by name, and e-mail addresses."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.utils.timezone import now
    from django.utils.translation import override
    from PIL import Image

    from filanda.across.communities.actions import draft_letter
    from filanda.across.communities.tasks import keep_all_figures
    from filanda.capabilities.moderation.models import Report
    from filanda.capabilities.threads.models import Thread
    from filanda.components.documents import actions as papers
    from filanda.components.documents.looking import look_into
    from filanda.components.events.actions import announcing, registering
    from filanda.components.events.details import Details
    from filanda.components.events.models import SpaceEvent
    from filanda.components.news import actions as news
    from filanda.components.news.models import NewsItem
    from filanda.kernel.identity.actors import actor_for
    from filanda.kernel.identity.models import Account
    from filanda.kernel.regions.models import Region
    from filanda.kernel.regions.scoped import in_region
    from filanda.spaces.actions import inviting, joining
    from filanda.spaces.models import Membership, MembershipState, Openness, Space
    from tests.components.documents.test_looking import a_pdf

    moment = now()
    region = Region.objects.get(slug="altariva")
    with in_region(region), override("it"):
        manager, member = (Account.objects.get(email=email) for email in (MANAGER, MEMBER))
        chief, someone = actor_for(manager, has_second_factor=True), actor_for(member)
        space = Space.objects.get(slug=SPACE)

        def upload(name: str, content: bytes):
            file = SimpleUploadedFile(name, content, "application/octet-stream")
            return papers.upload(actor=chief, space=space, folder=None, file=file, now=moment)

        page = papers.write_page(actor=chief, space=space, folder=None, title=LONG, source=WORDS, now=moment)
        papers.edit_page(
            actor=chief, document=page, source=WORDS + "\n\nE si comincia.", note="Detto quando", version=1, now=moment
        )
        paper = upload("Piano delle prove di caratterizzazione.pdf", a_pdf("Piano delle prove", "Seconda pagina"))
        look_into.func(region_id=region.pk, version_id=paper.versions.get().pk)
        drawing = io.BytesIO()
        Image.linear_gradient("L").resize((900, 500)).save(drawing, "PNG")
        picture = upload("Schema.png", drawing.getvalue())
        text = upload("Misure.txt", b"giorno;tensione\n1;17\n2;19\n")
        upload("Misure.txt", b"giorno;tensione\n1;18\n2;20\n")  # it waits for an answer
        folder = papers.create_folder(
            actor=chief, space=space, parent=None, name="Verbali del comitato di coordinamento", now=moment
        )
        papers.restrict_folder(actor=chief, folder=folder, is_for_managers=True)
        gone = upload("Vecchio.txt", b"vecchio")
        papers.remove_documents(actor=chief, space=space, documents=[gone], now=moment)

        def write(title: str) -> NewsItem:
            return news.write_news(actor=chief, space=space, title=title, summary=LONG, source=WORDS, now=moment)

        draft, planned = write("Una bozza: " + LONG), write("Bando per la caratterizzazione dei filati")
        news.schedule_news(actor=chief, item=planned, at=moment + timedelta(days=2, hours=1), now=moment)

        def announce(title: str, days: int, **more) -> SpaceEvent:
            begin = moment.replace(hour=9, minute=30, second=0, microsecond=0) + timedelta(days=days)
            details = Details(title, begin, begin + timedelta(hours=3), summary=LONG, source=WORDS, **more)
            return announcing.write_event(actor=chief, space=space, details=details, now=moment)

        questions = (("Che cosa porti da provare, e in quale quantità?", True), ("Allergie o intolleranze", False))
        workshop = announce(
            "Laboratorio aperto: " + LONG, 9, place="Sala delle Filatrici, Centro civico di San Bartolomeo al Mulino",
            address="Via Cardinal Federigo Borromeo 121, Rivalunga", online_url="https://meet.example.org/laboratorio",
            capacity=4, register_until=moment + timedelta(days=8), questions=questions,
        )  # fmt: skip
        workshop = announcing.publish_event(actor=chief, event=workshop, now=moment)
        others = Membership.objects.active().filter(space=space).exclude(account__in=(manager, member)).order_by("pk")
        for row in others.select_related("account")[:6]:
            actor = actor_for(row.account)
            registering.register(actor=actor, event=workshop, answers=("Filati di seta e canapa", ""), now=moment)
        full = workshop
        open_one = announcing.publish_event(
            actor=chief, event=announce("Giro di tavolo con chi misura", 12, place="Da remoto"), now=moment
        )
        unpublished = announce("Visita ancora da fissare", 30, place="Cascina Lunga")
        visit = announce("Visita alla cartiera", 20, place="Rivalunga")
        cancelled = announcing.publish_event(actor=chief, event=visit, now=moment)
        announcing.cancel_event(actor=chief, event=cancelled, reason="La cartiera è ferma.", now=moment)
        over = SpaceEvent.objects.filter(space=space, ends_at__lt=moment, state="published").order_by("pk")[0]
        announcing.add_link(actor=chief, event=over, label="Diapositive", url="https://files.example.org/a", now=moment)

        guests = [inviting.checked(f"ospite{number}@caratterizzazione.example", LONG[:60]) for number in range(3)]
        inviting.invite(actor=chief, space=space, people=guests, language="it", now=moment)
        keep_all_figures.func(region_id=region.pk)
        letter = draft_letter(actor=chief, space=space, now=moment)

        closed = Space.objects.filter(openness=Openness.RESTRICTED)
        led = closed.get(slug="cybersicurezza-pmi")
        there = Membership.objects.filter(space=led).values("account")
        for row in others.exclude(account__in=there)[:2]:
            account = row.account
            joining.ask_to_join(actor=actor_for(account), space=led, answer=f"Lavoro su: {LONG}", now=moment)
        inside = Membership.objects.filter(account=member).values("space")
        threads = Thread.objects.filter(place_kind="space", place_id=space.pk, hidden_at=None)
        talk = threads.order_by("-posts_count", "pk")[0]
        quiet = Space.objects.filter(openness=Openness.OPEN, kind="community").exclude(pk__in=inside).order_by("pk")[0]
        report = Report.objects.filter(state="received").order_by("pk")[0]
        documents = {"page": page, "pdf": paper, "picture": picture, "text": text}
        return json.dumps(
            {
                "space": SPACE,
                "led": led.slug,
                "door": closed.exclude(pk__in=inside).exclude(pk=led.pk).order_by("pk")[0].slug,
                "quiet": quiet.slug,
                "member_row": Membership.objects.get(space=space, account=member).pk,
                "asked_row": Membership.objects.filter(space=led, state=MembershipState.REQUESTED)[0].pk,
                "folder": folder.pk,
                "documents": {name: one.pk for name, one in documents.items()},
                "news": NewsItem.objects.filter(space=space, state="published").order_by("-pk")[0].pk,
                "draft": draft.pk,
                "planned": planned.pk,
                "events": {
                    "full": full.pk, "open": open_one.pk, "draft": unpublished.pk, "cancelled": cancelled.pk,
                    "over": over.pk,
                },
                "letter": letter.pk,
                "thread": talk.pk,
                "report": report.pk,
                "someone": someone.account_id,
            }
        )  # fmt: skip
