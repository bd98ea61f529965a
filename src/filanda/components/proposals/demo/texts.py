# SPDX-License-Identifier: EUPL-1.2
"""Invented texts of proposals and of answers to them, in Italian and English, from the subjects of the invented
communities: pure functions, the same result everywhere. Slots as in filanda.spaces.demo.texts.grammar.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from filanda.spaces.demo.texts import CommunityText
from filanda.spaces.demo.texts.grammar import capital, fill, number

__all__ = ["PLACES", "ProposalText", "answer_text", "proposal_text", "slots_of"]


@dataclass(frozen=True)
class ProposalText:
    """The words of one proposal; `source` is Markdown."""

    title: str
    summary: str
    source: str
    partners_bring: str
    language: str


_TITLES = {
    "it": {
        "look_for": (
            "Cerchiamo chi sappia {fix}",
            "Un partner per migliorare {measure}: {thing}",
            "Come migliorare {measure}? Cerchiamo competenze su {thing}",
            "{Thing}: cerchiamo un laboratorio per le prove",
        ),
        "offer": (
            "Offriamo un metodo già provato per {fix}",
            "{Thing}: mettiamo a disposizione dati e impianto di prova",
            "Un risultato pronto da trasferire: {measure} da {before} a {after} {unit}",
            "Sappiamo {fix}: cerchiamo chi lo porti sul mercato",
        ),
        "together": (
            "Costruiamo insieme un progetto pilota: {thing}",
            "Un consorzio per {fix}",
            "Progetto congiunto su {measure}: chi si unisce?",
            "Per un bando europeo: {thing}",
        ),
    },
    "en": {
        "look_for": (
            "We look for somebody who can {fix}",
            "A partner to improve {measure}: {thing}",
            "How to improve {measure}? Expertise wanted on {thing}",
            "{Thing}: a laboratory for trials wanted",
        ),
        "offer": (
            "We offer a proven way to {fix}",
            "{Thing}: our data and test plant are open to partners",
            "A result ready for transfer: {measure} from {before} to {after} {unit}",
            "We can {fix}: who takes it to market?",
        ),
        "together": (
            "Let us build a pilot together: {thing}",
            "A consortium to {fix}",
            "A joint project on {measure}: who comes in?",
            "For a European call: {thing}",
        ),
    },
}

_SUMMARIES = {
    "it": {
        "look_for": (
            "Il problema è concreto: {fault}. Vogliamo portare {measure} da {before} a {after} {unit} e cerchiamo chi "
            "l’abbia già fatto altrove, anche in un altro settore.",
            "Lavoriamo su {thing} e sospettiamo {cause}. Ci serve qualcuno che sappia {fix2} e che lo misuri con noi "
            "per almeno {3-9} mesi.",
            "Oggi {measure} {measure:vale/valgono} {before} {unit}; ci basterebbe arrivare a {after}. "
            "Offriamo dati, accesso all’impianto e una persona a metà tempo.",
        ),
        "offer": (
            "Abbiamo imparato a {fix} e a portare {measure} da {before} a {after} {unit} in {6-14} mesi. Cerchiamo chi "
            "voglia provarlo in casa propria, con le nostre istruzioni e i nostri errori.",
            "Mettiamo a disposizione {12-60} mesi di misure su {thing}, con note su che cosa non ha funzionato. In "
            "cambio chiediamo di condividere i risultati.",
            "Chi combatte con {cause} può usare il nostro banco di prova: sappiamo già {fix2} e vogliamo verificarlo "
            "in condizioni diverse dalle nostre.",
        ),
        "together": (
            "Da soli abbiamo provato a {fix} e ci siamo fermati a metà. Con un’impresa, un gruppo di ricerca e un "
            "ente pubblico si può arrivare a {after} {unit}.",
            "Vogliamo affrontare {cause} e {cause2} nello stesso progetto: {18-36} mesi, tre sedi di prova, risultati "
            "pubblici.",
            "Il bando si apre fra {2-5} mesi. Abbiamo il caso d’uso e due partner: mancano chi sappia {fix3} e chi "
            "rappresenti gli utenti.",
        ),
    },
    "en": {
        "look_for": (
            "The problem is concrete: {fault}. We want to bring {measure} from {before} to {after} {unit}, and look "
            "for somebody who has done it elsewhere, in another sector perhaps.",
            "We work on {thing} and suspect {cause}. We need somebody who can {fix2}, and measure it with us for at "
            "least {3-9} months.",
            "Today {measure} is {before} {unit}; {after} would do. We offer data, access to the plant and one person "
            "half of the time.",
        ),
        "offer": (
            "We have learned to {fix}: {measure} went from {before} to {after} {unit} in {6-14} months. We look for "
            "somebody to try it at home, with our instructions and our mistakes.",
            "We open {12-60} months of measurements on {thing}, with notes on what did not work. In return we ask "
            "that results are shared.",
            "Whoever fights with {cause} can use our test bench: we know how to {fix2}, and want to check it under "
            "conditions other than ours.",
        ),
        "together": (
            "Alone we tried to {fix} and stopped half way. With a company, a research group and a public body "
            "{after} {unit} can be reached.",
            "We want to deal with {cause} and {cause2} in one project: {18-36} months, three test sites, public "
            "results.",
            "The call opens in {2-5} months. We have the use case and two partners: who can {fix3}, and who speaks "
            "for the users, are missing.",
        ),
    },
}

_BODIES = {
    "it": {
        "look_for": (
            "## Da dove partiamo\n\nLavoriamo su {thing} da {3-12} anni. {Fault}. Abbiamo provato a {check}: il "
            "risultato indica soprattutto {cause}, ma {cause2:conta/contano} anche {cause2}.",
            "## Che cosa cerchiamo\n\n- qualcuno che sappia **{fix}**\n- esperienza con {norm}, o con qualcosa di "
            "simile\n- la disponibilità a {check} insieme a noi, prima e dopo",
            "## Che cosa offriamo\n\nIl nostro sito di {@place}, i dati degli ultimi {18-48} mesi e due persone che "
            "conoscono il processo. I risultati si pubblicano, salvo ciò che riguarda i clienti.",
            "## Come capiremo se ha funzionato\n\nOggi {measure} {measure:vale/valgono} {before} {unit}. La prova è "
            "riuscita se si arriva a {after} {unit} per {4-12} settimane di fila.",
            "Se la causa principale {cause3:fosse/fossero} {cause3}, allora {fix3} potrebbe "
            "bastare: non l’abbiamo ancora verificato e preferiamo che lo guardi qualcuno da fuori.",
        ),
        "offer": (
            "## Che cosa abbiamo\n\nUn modo per {fix} che usiamo ogni giorno con {thing}. Prima: {before} {unit}. "
            "Adesso: {after} {unit}, misurati con lo stesso strumento.",
            "## Perché funziona\n\nTutti guardavano {cause}; noi abbiamo scoperto che {cause2:contava/contavano} "
            "di più {cause2}. Per questo abbiamo deciso di {fix2}, e solo dopo di {fix3}.",
            "## A chi può servire\n\nA chi ha lo stesso problema ({fault}) o uno vicino. Meglio se può {check}, "
            "perché senza una misura prima non si vede il guadagno dopo.",
            "## A quali condizioni\n\nLa prova dura {6-16} settimane; la documentazione resta a chi prova. Il "
            "riferimento è {norm}. Per usi commerciali si parla di licenza alla fine, non all’inizio.",
            "Nel sito di {@place} si può venire a vedere: mezza giornata, senza impegno, con le scarpe "
            "antinfortunistiche.",
        ),
        "together": (
            "## L’idea\n\nMettere insieme chi usa {thing}, chi ci fa ricerca e chi decide le regole. {Fault}: "
            "nessuno dei tre può risolverlo da solo.",
            "## Che cosa faremmo\n\n1. {check} in tre sedi, allo stesso modo\n2. {fix} nella prima, {fix2} nella "
            "seconda\n3. confrontare {measure} dopo {9-18} mesi e scegliere",
            "## Chi c’è già\n\nNoi portiamo il sito di {@place}, {20-80} mila euro di ore e strumenti e un anno di "
            "misure. Un secondo partner ha dato l’assenso a voce.",
            "## Chi manca\n\nUn gruppo di ricerca che conosca {norm}, un’impresa che possa {fix3} su scala vera e un "
            "ente che adotti il risultato.",
            "Il rischio maggiore {cause3:è/sono} {cause3}: se dopo {4-8} mesi fossimo ancora lì, ci "
            "fermeremmo e racconteremmo perché.",
        ),
    },
    "en": {
        "look_for": (
            "## Where we start from\n\nWe have worked on {thing} for {3-12} years. {Fault}. We tried to {check}: the "
            "result points to {cause} above all, though {cause2} counts too.",
            "## What we look for\n\n- somebody who can **{fix}**\n- experience with {norm}, or with something like "
            "it\n- readiness to {check} with us, before and after",
            "## What we offer\n\nOur site in {@place}, the data of the last {18-48} months and two people who know "
            "the process. Results are published, save for what concerns customers.",
            "## How we shall know that it worked\n\nToday {measure} is {before} {unit}. The trial is a success at "
            "{after} {unit}, for {4-12} weeks in a row.",
            "If {cause3} were the main cause, to {fix3} might be enough: we have not checked that, and would rather "
            "have somebody from outside look at it.",
        ),
        "offer": (
            "## What we have\n\nA way to {fix} that we use every day with {thing}. Before: {before} {unit}. Now: "
            "{after} {unit}, measured with the same instrument.",
            "## Why it works\n\nEverybody looked at {cause}; we found that {cause2} counted more. That is why we "
            "decided to {fix2}, and only then to {fix3}.",
            "## Whom it may serve\n\nWhoever has the same problem ({fault}), or one close to it. Better if they can "
            "{check}: without a measure before there is no gain to be seen after.",
            "## On what terms\n\nA trial takes {6-16} weeks; the documentation stays with who tries. The reference "
            "is {norm}. For commercial use we talk of a licence at the end, not at the beginning.",
            "Our site in {@place} can be visited: half a day, no strings, safety shoes needed.",
        ),
        "together": (
            "## The idea\n\nBring together who uses {thing}, who does research on it and who makes the rules. "
            "{Fault}: none of the three can solve it alone.",
            "## What we would do\n\n1. {check} at three sites, in the same way\n2. {fix} at the first, {fix2} at the "
            "second\n3. compare {measure} after {9-18} months, and choose",
            "## Who is in\n\nWe bring the site in {@place}, {20-80} thousand euro of hours and instruments and a "
            "year of measurements. A second partner has said yes by word of mouth.",
            "## Who is missing\n\nA research group that knows {norm}, a company that can {fix3} at full scale and a "
            "body that adopts the result.",
            "The largest risk is {cause3}: if it were still there after {4-8} months we would stop, and tell why.",
        ),
    },
}

_BRING = {
    "it": (
        "Esperienza diretta, non solo interesse: un caso in cui sapete già {fix}.",
        "Uno strumento o un laboratorio per {check}, e una persona che lo usi.",
        "Un sito dove provare, con qualcuno che risponda al telefono quando qualcosa non va.",
        "Conoscenza di {norm} e la pazienza di spiegarla.",
    ),
    "en": (
        "Experience at first hand, not interest alone: one case in which you had to {fix}.",
        "An instrument or a laboratory to {check}, and somebody to use it.",
        "A site for the trial, with somebody who answers the phone when something goes wrong.",
        "Knowledge of {norm}, and the patience to explain it.",
    ),
}

_ANSWERS = {
    "it": (
        "Abbiamo già dovuto {fix}, {2-6} anni fa: all’inizio non ha funzionato, poi sì. Possiamo mostrarvi i numeri e "
        "dirvi quanto è costato davvero.",
        "Nel nostro laboratorio si può {check} in due settimane. Portiamo lo strumento, una dottoranda e {1-3} casi "
        "simili già pubblicati.",
        "Siamo in {4-30}, facciamo questo di mestiere. Su {thing} abbiamo lavorato con altri due clienti della "
        "regione, che potete sentire.",
        "Non siamo del settore, ma quello che dite {su measure} somiglia molto a un problema che abbiamo risolto "
        "altrove. Ci interessa capire se il metodo regge.",
        "Come ente pubblico possiamo offrire {2-5} sedi dove provare e i dati storici, e seguire {norm}.",
    ),
    "en": (
        "We had to {fix} ourselves, {2-6} years ago: it failed at first, then worked. We can show you the numbers, and "
        "what it really cost.",
        "Our laboratory can {check} within two weeks. We bring the instrument, a doctoral student and {1-3} similar "
        "cases that are published.",
        "There are {4-30} of us and this is our trade. On {thing} we have worked for two customers of the region, whom "
        "you may ask.",
        "We are not of the trade, yet what you say of {measure} looks much like a problem that we solved elsewhere. We "
        "would like to see whether the method holds.",
        "As a public body we can offer {2-5} sites for trials and the historical data, and follow {norm}.",
    ),
}

_QUESTIONS = {
    "it": (
        "Avete già escluso {cause2}?",
        "Chi decide, alla fine della prova, se si va avanti?",
        "I dati si possono portare fuori dal sito?",
        "Il budget copre anche il tempo delle persone, o solo i materiali?",
        "Per {norm} chi risponde, voi o noi?",
        "In {3-9} settimane si vede già qualcosa {su measure}, o serve una stagione intera?",
        "Qualcuno ha già provato a {fix2} da voi?",
        "",
    ),
    "en": (
        "Have you ruled out {cause2}?",
        "Who decides, when the trial ends, whether it goes on?",
        "May the data leave the site?",
        "Does the budget cover people’s time, or materials only?",
        "Who answers for {norm}, you or we?",
        "Do {3-9} weeks tell anything about {measure}, or does it take a season?",
        "Has anybody tried to {fix2} at your place?",
        "",
    ),
}
PLACES = (
    "Acquarolo", "Borgo al Salice", "Cascina Nova", "Colserena", "Fontemurata", "Montefiero", "Pianmura",
    "Pietrachiara", "Rivalunga", "San Teodoro", "Torrebruna", "Valdorsa",
)  # fmt: skip


def proposal_text(community: CommunityText, kind: str, language: str) -> ProposalText:
    """The words of a proposal of `kind` in `community`: another one for each of the three."""
    chance = Random(f"proposal {community.slug} {kind} {language}")  # noqa: S311 - invented texts
    slots = slots_of(community, language, chance)

    def said(template: str) -> str:
        return fill(template.replace("{@place}", chance.choice(PLACES)), slots, chance, language)

    parts = list(_BODIES[language][kind])
    return ProposalText(
        title=capital(said(chance.choice(_TITLES[language][kind])))[:160],
        summary=capital(said(chance.choice(_SUMMARIES[language][kind])))[:1000],
        source="\n\n".join(said(part) for part in parts),
        partners_bring=said(chance.choice(_BRING[language])),
        language=language,
    )


def answer_text(community: CommunityText, language: str, seed: str) -> tuple[str, str]:
    """What somebody brings, and asks; `seed` makes one of several."""
    chance = Random(f"answer {community.slug} {seed}")  # noqa: S311 - invented texts
    slots = slots_of(community, language, chance)
    brings = fill(chance.choice(_ANSWERS[language]), slots, chance, language)
    asks = chance.choice(_QUESTIONS[language])
    return brings, fill(asks, slots, chance, language) if asks else ""


def slots_of(community: CommunityText, language: str, chance: Random) -> dict[str, str]:
    """What sentences about `community` are filled with."""
    subject = community.subjects[language]
    order = chance.sample(range(len(subject.causes)), len(subject.causes))
    causes = [subject.causes[one] for one in order]
    fixes = [subject.fixes[one] for one in order]
    return {
        "thing": subject.thing,
        "fault": _low(fill(subject.fault, {}, chance, language)),
        "measure": subject.measure,
        "unit": subject.unit,
        "before": number(chance.randint(*subject.before), language),
        "after": number(chance.randint(*subject.after), language),
        "cause": causes[0],
        "cause2": causes[1],
        "cause3": causes[-1],
        "fix": fixes[0],
        "fix2": fixes[1],
        "fix3": fixes[-1],
        "check": subject.check,
        "norm": subject.norm,
    }


def _low(text: str) -> str:
    """A sentence inside another one: "Nel fondovalle" -> "nel fondovalle", but "AI" stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] in (" ", "'") else text
