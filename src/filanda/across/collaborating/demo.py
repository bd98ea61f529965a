# SPDX-License-Identifier: EUPL-1.2
"""Invented introductions of the demonstration, some in each state, with what those who met said first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from filanda.capabilities.introductions.models import DAYS_OPEN, Introduction, IntroductionState, Origin, Side
from filanda.capabilities.introductions.policies import PLACE
from filanda.capabilities.threads.models import Post, Thread
from filanda.components.proposals.models import Proposal, ProposalState
from filanda.directory.affiliations.models import Position
from filanda.directory.people.queries import facilitators
from filanda.kernel.identity.actors import Actor
from filanda.kernel.journal.actions import record
from filanda.kernel.regions.models import Region
from filanda.kernel.regions.working import days_after
from filanda.kernel.text.markdown import to_html

__all__ = ["seed_introductions"]

_S = IntroductionState
# How many stand where, and how many days ago they were begun.
_STATES = ((_S.PROPOSED, 6, (0.5, 9)), (_S.ONE_CONSENTED, 5, (2, 12)), (_S.MADE, 9, (20, 200)))
_OVER = ((_S.REFUSED, 4, (8, 90)), (_S.LAPSED, 4, (18, 150)))
_WHYS = (
    ("it", "Uno dei due cerca dove provare un prototipo in inverno, l’altro ha un sito che da novembre è fermo."),
    (
        "it",
        "Lavorate sugli stessi materiali da due lati: chi li produce e chi deve smaltirli. Mezz’ora basta a capirsi.",
    ),
    ("it", "Chi di voi misura non ha abbastanza casi; chi ha i casi non ha il tempo di misurarli."),
    ("it", "C’è un bando che chiede un ente pubblico e un’impresa: ognuno dei due mi ha detto che gli manca l’altro."),
    (
        "it",
        "Avete risolto lo stesso problema in due settori diversi, con costi molto lontani. Vale la pena confrontarli.",
    ),
    ("it", "Uno ha i dati di sei anni, l’altro un metodo che con sei anni di dati funzionerebbe."),
    ("it", "La certificazione che uno affronta ora, l’altro l’ha chiusa in primavera e può dire che cosa evitare."),
    ("it", "Cercate entrambi una tesi di dottorato da seguire: potrebbe essere la stessa."),
    ("it", "Da una parte un laboratorio con ore libere, dall’altra prove rimandate da mesi."),
    ("it", "Chi rappresenta gli utenti vorrebbe esserci dall’inizio; chi progetta non sa a chi chiedere."),
    ("it", "Le due sedi distano venti minuti e usano lo stesso fornitore: comprare insieme sarebbe già qualcosa."),
    ("it", "Uno dei due ha smesso di sviluppare una cosa che all’altro servirebbe così com’è."),
    ("it", "Tutti e due avete scritto che il collo di bottiglia è la formazione: uno ha i corsi, l’altro le persone."),
    ("it", "Il risultato di uno è pronto da due anni e nessuno lo usa; l’altro lo sta per rifare da capo."),
    ("it", "Un incontro breve sulle norme: uno siede nel comitato tecnico, l’altro le applica ogni giorno."),
    ("it", "Serve un terzo sito per una prova già finanziata, e il vostro ha proprio quelle condizioni."),
    ("en", "One of you needs a place to test in winter; the other has a plant that stands still from November."),
    ("en", "You work on the same question from two ends, and neither has read the other’s reports."),
    ("en", "A European call opens in spring: one has the users, the other has led two such projects."),
    ("en", "One can measure what the other has only guessed at. The instrument is free in March."),
    ("en", "Both of you look for a first customer abroad, in neighbouring countries: the contacts could be exchanged."),
    ("en", "The software that one has written is what the other pays a consultant for."),
    ("en", "One has surplus heat, the other a greenhouse four hundred metres away."),
    ("en", "You have both told me that the standard is the obstacle. Together you would have a voice in it."),
    ("en", "One looks for a licence, the other would rather license than produce."),
    ("en", "A pilot with three sites lacks its third, and yours fits the description word for word."),
    ("en", "One trains technicians, the other cannot find any: worth an hour, I think."),
    ("en", "Two of your people have published on this, a year apart, without knowing of each other."),
)
_WHY_NOT = {
    "it": (
        "Ci abbiamo già provato due anni fa con un altro ente.",
        "Non abbiamo persone fino all’estate.",
        "È un nostro concorrente diretto.",
        "Il tema non è più tra le nostre priorità.",
    ),
    "en": (
        "We are bound by another agreement until next year.",
        "Our budget for this is spent.",
        "Too far from what we do now.",
        "Perhaps later: we are moving our laboratory.",
    ),
}
_FIRST = {
    "it": (
        "Piacere di conoscervi. Di solito sono qui dal lunedì al mercoledì: ci sentiamo per mezz’ora?",
        "Bene, finalmente un nome. Vi mando una pagina su quel che abbiamo in mano, così non si parte da zero.",
        "Grazie a chi ci ha messi in contatto. La domanda che mi porto dietro: quanto vi costa oggi, all’anno?",
        "Buongiorno. Noi saremmo pronti da subito; prima però vorrei vedere il sito, se si può.",
        "Piacere. Ho letto che lavorate con due turni: le prove si farebbero tra l’uno e l’altro?",
        "Ci siamo incrociati a un convegno, credo. Sono contento di riprendere da lì.",
    ),
    "en": (
        "Good to meet you. I am here from Monday to Wednesday: shall we talk for half an hour?",
        "A name at last. I send you a page on what we have, so that we need not begin at the beginning.",
        "Thanks to who put us in touch. What I would like to know first: what does it cost you today, a year?",
        "Good morning. We could begin at once; I would like to see the site first, if that is possible.",
    ),
}
_REPLY = {
    "it": (
        "Volentieri, martedì dopo le tre. Porto anche chi segue gli acquisti, che altrimenti lo scopre per ultimo.",
        "Ricevuta, grazie: è chiara. A pagina due c’è il punto che ci riguarda, partirei da quello.",
        "Circa quarantamila euro, se si contano i fermi. Ve lo dico subito perché decide quasi tutto.",
        "Il sito si vede quando volete, basta avvisare il giorno prima. Scarpe chiuse.",
        "Tra un turno e l’altro ci sono cinquanta minuti: per le prime prove bastano.",
        "Vero, e allora parlavamo di tutt’altro. Vi chiamo giovedì.",
    ),
    "en": (
        "Gladly, on Tuesday after three. I bring who buys, otherwise they are the last to know.",
        "Received, thank you: it is clear. Page two is our point, I would begin there.",
        "About forty thousand euro, if stoppages count. I say it now as it decides nearly everything.",
        "Come whenever you like, a word the day before is enough.",
    ),
}


def seed_introductions(actor: Actor, region: Region, now: datetime) -> int:
    """28 introductions among invented bodies, once; half of them about a proposal. The region must be active. Returns
    how many were made.
    """
    if not region.is_invented or Introduction.objects.filter(is_invented=True).exists():
        return 0
    able = [account.pk for account in facilitators(now)]
    # A person for each body: who answers for it.
    speaks: dict[int, int] = dict(
        Position.objects.filter(
            ended_on=None,
            person__is_invented=True,
            person__account__isnull=False,
            person__erased_at=None,
            organisation__hidden_at=None,
            organisation__is_external=False,
        )
        .order_by("-pk")
        .values_list("organisation", "person__account")
    )
    bodies = sorted(speaks)
    if len(set(speaks.values())) < 3 or not able:
        return 0
    chance = Random(f"introductions of {region.slug}")  # noqa: S311 - invented, no secret
    open_ones = list(
        Proposal.objects.filter(
            state=ProposalState.PUBLISHED, organisation__isnull=False, hidden_at=None, is_invented=True
        )
        .order_by("answers_count", "pk")
        .values_list("pk", "organisation")[:14]
    )
    states = [(state, days) for state, count, days in (*_STATES, *_OVER) for _one in range(count)]
    rows: list[Introduction] = []
    sides: list[Side] = []
    for number, (state, days) in enumerate(states):
        begun = now - timedelta(days=chance.uniform(*days))
        language, why = _WHYS[number]
        about = open_ones.pop(0) if number % 2 == 0 and open_ones and state in (_S.PROPOSED, _S.ONE_CONSENTED) else None
        first = about[1] if about and about[1] in speaks else chance.choice(bodies)
        second = chance.choice([one for one in bodies if speaks[one] != speaks[first]])
        row = Introduction(
            region=region,
            origin=Origin.ASKED if about is None and number % 5 == 0 else Origin.FACILITATOR,
            about_kind="proposal" if about else "",
            about_id=about[0] if about else None,
            why=why,
            facilitator_id=able[number % len(able)],
            proposed_by_id=able[number % len(able)],
            state=state,
            state_changed_at=begun,
            lapses_at=days_after(region, begun, DAYS_OPEN),
            is_invented=True,
            created_at=begun,
        )
        both = [
            Side(region=region, introduction=row, position=place, organisation_id=body, account_id=speaks[body])
            for place, body in enumerate((first, second), 1)
        ]
        _answered(row, both, language, now, chance)
        rows.append(row)
        sides += both
    with transaction.atomic(durable=True):
        Introduction.objects.bulk_create(rows)
        Side.objects.bulk_create(sides)
        _talks(region, rows, sides, chance)
        record(
            "collaborating.demo.seeded",
            region=region,
            actor=actor,
            payload={"introductions": len(rows)},
            touches={"introduction": [row.pk for row in rows]},
        )
    return len(rows)


def _answered(row: Introduction, sides: Sequence[Side], language: str, now: datetime, chance: Random) -> None:
    """What the sides said so far, by the state."""
    first = row.created_at + timedelta(hours=chance.uniform(3, 40))
    second = first + timedelta(days=chance.uniform(0.3, 4))
    yes = {_S.ONE_CONSENTED: 1, _S.MADE: 2, _S.LAPSED: chance.choice((0, 1)), _S.REFUSED: chance.choice((0, 1))}
    who = chance.sample(list(sides), 2)
    for side, at in zip(who[: yes.get(IntroductionState(row.state), 0)], (first, second), strict=False):
        side.consented_at = min(at, now)
        side.answered_by_id = side.account_id
        row.state_changed_at = side.consented_at
    if row.state == _S.MADE:
        row.made_at = row.state_changed_at
    elif row.state == _S.LAPSED:
        row.state_changed_at = row.lapses_at
    elif row.state == _S.REFUSED:
        side = who[1]
        side.refused_at = row.state_changed_at = min(second, now)
        side.answered_by_id = side.account_id
        side.reason = chance.choice(_WHY_NOT[language])


def _talks(region: Region, rows: Sequence[Introduction], sides: Sequence[Side], chance: Random) -> None:
    """Those who met say a first word each; no two say the same."""
    left = {language: list(zip(_FIRST[language], _REPLY[language], strict=True)) for language in _FIRST}
    heads: list[Thread] = []
    posts: list[Post] = []
    made = [row for row in rows if row.state == _S.MADE]
    for place, row in enumerate(made):
        language = "en" if place % 3 == 2 else "it"
        who = [side.account_id for side in sides if side.introduction is row]
        if None in who or row.made_at is None or not left[language]:
            continue
        begun = row.made_at + timedelta(hours=chance.uniform(1, 20))
        head = Thread(
            region=region,
            place_kind=PLACE,
            place_id=row.pk,
            audience=f"{PLACE}:{row.pk}",
            title=row.why[:120],
            language=language,
            author_id=who[0],
            created_at=row.made_at,
            posts_count=2,
            last_number=2,
            numbers_given=2,
            last_author_id=who[1],
            last_post_at=begun + timedelta(hours=5),
            first_reply_at=begun + timedelta(hours=5),
            version=2,
        )
        heads.append(head)
        for number, (source, account) in enumerate(zip(left[language].pop(0), who, strict=True), 1):
            at = begun + timedelta(hours=5 * (number - 1))
            posts.append(
                Post(
                    region=region,
                    thread=head,
                    number=number,
                    author_id=account,
                    source=source,
                    html=str(to_html(source)),
                    language=language,
                    created_at=at,
                    state_changed_at=at,
                )
            )
    Thread.objects.bulk_create(heads)
    Post.objects.bulk_create(posts)
    by_id = {head.place_id: head.pk for head in heads}
    for row in made:
        row.thread_id = by_id.get(row.pk)
    Introduction.objects.bulk_update(made, ["thread_id"])
