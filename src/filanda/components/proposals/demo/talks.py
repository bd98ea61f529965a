# SPDX-License-Identifier: EUPL-1.2
"""Invented conversations about answers, and what facilitators wrote when they returned a proposal: pure functions, in
Italian and English. Slots as in filanda.spaces.demo.texts.grammar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from filanda.spaces.demo.texts.grammar import fill

__all__ = ["Message", "Returned", "returned", "talk"]

OWNER, AUTHOR, FACILITATOR = "owner", "author", "facilitator"


@dataclass(frozen=True)
class Message:
    """What one of the three says: `side` is OWNER, AUTHOR or FACILITATOR."""

    side: str
    source: str


@dataclass(frozen=True)
class Returned:
    """Why a proposal came back: remarks by field, words to the whole; `summary`: how it read then."""

    remarks: Mapping[str, str]
    words: str
    summary: str


_DAYS = {
    "it": ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
}
_FIRST = {
    "it": (
        "[Grazie|Buongiorno, e grazie|Buongiorno]: ci ha colpito la parte sui numeri. Partivate anche voi da circa "
        "{before} {unit}, o da una situazione più semplice?",
        "[A prima vista|Letta così,] sembra un buon incastro. Da noi però {cause:pesa/pesano} molto {cause}: [vi è mai "
        "capitato|lo avete già visto] in forma così marcata?",
        "Rispondo alle domande: il sito di {town} si può visitare, e i dati degli ultimi {12-40} mesi sono già puliti. "
        "Voi in quanto tempo riuscireste a {check}?",
        "Abbiamo già provato a {fix2}, [l’anno scorso|due inverni fa|in primavera], senza fortuna. Che cosa fareste di "
        "diverso?",
        "[Potete mandarci|Avreste] un rapporto di prova, anche con i nomi coperti? A {town} il nostro ufficio tecnico "
        "vuole capire come [si misura|misurate] {measure}.",
        "Chiariamo subito una cosa: per noi la soglia è {after} {unit}, altrimenti il progetto non si regge. Vi sembra "
        "[raggiungibile|realistico] in {4-14} mesi?",
        "Prima di sentirci, una domanda pratica: {norm} la seguite già, o [sarebbe|è] la prima volta? Da noi a {town} "
        "è un requisito.",
    ),
    "en": (
        "[Thank you|Good morning, and thank you|Thanks]: the part with the numbers struck us. Did you start from about "
        "{before} {unit} too, or from something easier?",
        "[At first sight|Read like this,] it looks like a good fit. With us {cause} weighs heavily, though: have you "
        "[ever met|seen] it in this form?",
        "To answer your questions: our site in {town} can be visited, and the data of the last {12-40} months are "
        "clean already. How long would you need to {check}?",
        "We have tried to {fix2} [last year|two winters ago|in spring], without luck. What would you do differently?",
        "[Could you send|Do you have] a test report, with the names blacked out if need be? In {town} our engineers "
        "want to see how you [measure|look at] {measure}.",
        "One thing first: for us {after} {unit} is the line, below that the project does not pay. Does it look "
        "[within reach|realistic] in {4-14} months?",
        "Before we talk, a practical question: do you work to {norm} already, or [would this be|is this] the first "
        "time? Here in {town} it is a must.",
    ),
}
_REPLY = {
    "it": (
        "Partivamo da peggio, e il primo mese non è cambiato nulla. Il salto è arrivato quando abbiamo deciso di "
        "{fix3}: [da lì|dopo], in {3-9} settimane, il valore si è stabilizzato.",
        "Sì, ed è il motivo per cui prima vorremmo {check}. Bastano {2-6} giorni di misure [da voi|sul posto], poi "
        "parliamo di soluzioni.",
        "{Cause2:È/Sono} {cause2} il punto [delicato|che ci preoccupa]: a {town} ci siamo arrivati dopo {2-5} "
        "tentativi. Possiamo raccontarvi anche quelli sbagliati.",
        "Il rapporto ve lo mando entro {weekday}: sono {12-48} pagine, le tabelle utili stanno [in fondo|a pagina "
        "{4-11}]. A {town} ci hanno autorizzato a mostrarlo.",
        "Per {norm} ci sembra giusto così; i tempi sono un po’ stretti. Con {2-4} mesi in più ci metteremmo la firma.",
        "Impegneremmo {2-5} persone, una a tempo pieno. Il costo [vivo|esterno] lo stimiamo tra {8-20} e {22-60} mila "
        "euro, strumenti esclusi.",
        "Rifarei {2-4} cose su cinque allo stesso modo. Quella che cambierei: avremmo dovuto {fix} fin dal primo mese, "
        "a {town} come altrove.",
    ),
    "en": (
        "We started from worse, and nothing moved in the first month. The step came when we decided to {fix3}: within "
        "{3-9} weeks [from then|after that] the figure settled.",
        "Yes, and that is why we would {check} first. {2-6} days of measurements [at your place|on site] are enough, "
        "then we talk of solutions.",
        "The [delicate|worrying] point is {cause2}: in {town} we got there at the {2-5}rd attempt, counting "
        "generously. We can tell you of the failed ones too.",
        "You have the report by {weekday}: {12-48} pages, the useful tables are [at the end|on page {4-11}]. In {town} "
        "they allow us to show it.",
        "For {norm} this looks right to us; the time is rather short. With {2-4} months more we would sign.",
        "We would put {2-5} people on it, one of them full time. We expect [out-of-pocket|outside] costs between "
        "{8-20} and {22-60} thousand euro, instruments not included.",
        "I would do {2-4} things out of five the same way again. The one to change: we should have begun earlier to "
        "{fix}, in {town} as elsewhere.",
    ),
}
_ON = {
    "it": (
        "[Chiaro|Tutto chiaro|Capito], grazie. Proporrei una chiamata di {30-45} minuti {weekday}: da parte nostra ci "
        "sarebbe anche chi segue {thing} a {town}.",
        "Il calendario va bene. Resta da capire chi tiene i dati {su measure}: noi vorremmo [che restassero a "
        "{town}|poterli pubblicare dopo {6-18} mesi].",
        "Ne ho parlato [con la direzione|in riunione]: sì a una prova breve a {town}, purché non ci si fermi per più "
        "di {2-8} ore.",
        "Ultimo dubbio: se non bastasse {fix}, avete un’alternativa pronta o [si ricomincia|ripartiamo] da capo?",
        "Bene per i costi. Noi possiamo coprire {30-60} giornate nostre e il materiale; per il resto [c’è|abbiamo "
        "visto] un bando che si apre a {month}.",
    ),
    "en": (
        "[Clear|All clear|Understood], thank you. I suggest a call of {30-45} minutes on {weekday}: whoever looks "
        "after {thing} in {town} would join from our side.",
        "The calendar is fine. Who keeps the data on {measure} is still open: we would like [them to stay in {town}|to "
        "publish them after {6-18} months].",
        "I have asked [the management|in our meeting]: yes to a short trial in {town}, as long as nothing stands still "
        "for more than {2-8} hours.",
        "A last doubt: were it not enough to {fix}, do you have another way at hand, or do we [begin anew|start over]?",
        "Fine for the costs. We can cover {30-60} days of our own and the material; for the rest [there is|we have "
        "seen] a call that opens in {month}.",
    ),
}
_BACK = {
    "it": (
        "[{weekday} va benissimo|Per noi {weekday} va bene]. Viene anche chi ha seguito le misure a {town}, così [si "
        "entra|entriamo] subito nel merito.",
        "Sui dati nessun problema: firmiamo quel che serve. Ci basta poter dire che abbiamo contribuito a {fix}, "
        "[senza nomi|in forma anonima].",
        "Le ore bastano, se si prepara tutto prima. Entro {weekday} vi mando l’elenco [delle {5-14} cose da "
        "predisporre|di quel che serve a {town}].",
        "L’alternativa c’è: {fix2}. Costa circa il {10-45} per cento in più, ma a {town} [lo fanno|lo si fa] da anni.",
        "Quel bando lo conosciamo: vuole tre partner e {12-24} mesi. Se vi va, preparo una pagina su {thing} e ve la "
        "giro {weekday}.",
    ),
    "en": (
        "{weekday} [suits us|is fine]. Whoever did the measurements in {town} comes along, so that we [get|come] to "
        "the point at once.",
        "No problem with the data: we sign what is needed. To be able to say that we helped to {fix} is enough for us, "
        "[without names|anonymously].",
        "The hours will do if all is prepared. By {weekday} you have the list of [the {5-14} things to get ready|what "
        "is needed in {town}].",
        "There is another way: {fix2}. It costs some {10-45} per cent more, yet in {town} they [do it|have done it] "
        "for years.",
        "We know that call: it asks for three partners and {12-24} months. If you like, I write a page on {thing} and "
        "send it on {weekday}.",
    ),
}
_END = {
    "it": {
        "accepted": (
            "[Bene, si parte|Allora si parte|Ci siamo]: abbiamo accettato. Primo incontro a {town} tra {2-5} "
            "settimane, con chi segue {thing}; il resto lo decidiamo lì.",
        ),
        "shortlisted": (
            "Vi rispondiamo [entro {10-25} giorni|entro la fine di {month}]: manca solo il parere di chi segue {thing} "
            "a {town}.",
        ),
        "declined": (
            "Vi ringrazio del tempo. Non andiamo avanti insieme, il motivo è scritto sopra; ma su come {check} ci "
            "avete [insegnato|dato] qualcosa, e a {town} lo useremo.",
        ),
        "withdrawn": (
            "[Purtroppo|Ci spiace:] chi doveva seguirlo a {town} cambia lavoro a {month}. Meglio ritirarci adesso che "
            "dopo {2-6} mesi.",
        ),
        "thanks": (
            "[Ottima notizia|Grazie della fiducia|Ne siamo contenti]. Prepariamo il piano delle prime {4-12} "
            "settimane: si comincia da {measure}.",
        ),
        "note": (
            "Una nota da chi facilita: se serve una sala neutra per il primo incontro, a {town} ce n’è una gratuita "
            "per {4-14} persone. Ditemelo entro {weekday}.",
        ),
    },
    "en": {
        "accepted": (
            "[Good, off we go|Then we begin|There we are]: we have accepted. First meeting in {town} in {2-5} weeks, "
            "with whoever looks after {thing}; we settle the rest there.",
        ),
        "shortlisted": (
            "You hear from us [within {10-25} days|by the end of {month}]: only the word of who looks after {thing} in "
            "{town} is missing.",
        ),
        "declined": (
            "Thank you for your time. We do not go on together, the reason is written above; yet of how to {check} you "
            "have [taught|told] us something that we shall use in {town}.",
        ),
        "withdrawn": (
            "[Sadly|We are sorry:] who was to do this in {town} changes jobs in {month}. Better to withdraw now than "
            "in {2-6} months.",
        ),
        "thanks": (
            "[Very good news|Thank you for your trust|We are glad]. We prepare the plan of the first {4-12} weeks, and "
            "begin with {measure}.",
        ),
        "note": (
            "A note from your facilitator: should you need a neutral room for the first meeting, there is one in "
            "{town}, free, for {4-14} people. Tell me by {weekday}.",
        ),
    },
}
_MONTHS = {
    "it": ("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "settembre", "ottobre"),
    "en": ("January", "February", "March", "April", "May", "June", "September", "October"),
}
_TRIES = 40


def talk(
    slots: Mapping[str, str],
    towns: tuple[str, ...],
    language: str,
    chance: Random,
    *,
    length: int,
    end: str,
    said: set[str],
) -> list[Message]:
    """Two to six messages of the two sides, the owner's first; `end`: a state that its last words tell of, or "". None
    is in `said` before; all are afterwards.
    """
    plan = ((OWNER, _FIRST[language]), (AUTHOR, _REPLY[language]), (OWNER, _ON[language]), (AUTHOR, _BACK[language]))
    begun = plan[: max(1, min(4, length - bool(end)))]
    messages = [Message(side, _one(pool, slots, towns, language, chance, said)) for side, pool in begun]
    last = _END[language]
    if len(messages) == 4 and length == 6:
        messages.append(Message(FACILITATOR, _one(last["note"], slots, towns, language, chance, said)))
    if end in last:
        by = AUTHOR if end == "withdrawn" else OWNER
        messages.append(Message(by, _one(last[end], slots, towns, language, chance, said)))
        if end == "accepted" and len(messages) < length:
            messages.append(Message(AUTHOR, _one(last["thanks"], slots, towns, language, chance, said)))
    return messages


def _one(
    pool: tuple[str, ...],
    slots: Mapping[str, str],
    towns: tuple[str, ...],
    language: str,
    chance: Random,
    said: set[str],
) -> str:
    text = ""
    for _try in range(_TRIES):
        passing = {
            "town": chance.choice(towns),
            "weekday": chance.choice(_DAYS[language]),
            "month": chance.choice(_MONTHS[language]),
        }
        text = fill(chance.choice(pool), {**slots, **passing}, chance, language)
        if text not in said:
            break
    said.add(text)
    return text


_VAGUE = {
    "it": (
        "Siamo leader {su thing} e cerchiamo partner motivati per crescere insieme.",
        "La nostra soluzione migliora {measure}. Contattateci per saperne di più.",
        "Vorremmo collaborare su {thing}: ogni contributo è benvenuto.",
    ),
    "en": (
        "We are leaders in {thing} and look for motivated partners to grow together.",
        "Our solution improves {measure}. Contact us to learn more.",
        "We would like to work together on {thing}: everybody is welcome.",
    ),
}
_REMARKS = {
    "it": {
        "summary": (
            "Chi non vi conosce non capisce il bisogno: [che cosa succede oggi|dite da dove partite] ({before} "
            "{unit}?) e dove volete arrivare?",
            "Togliete gli aggettivi e mettete un numero: quanto [vale|conta] oggi {measure}, e quanto basterebbe?",
        ),
        "partners_bring": (
            "Dite che cosa deve saper fare il partner: per esempio {check}, o lavorare con {norm}.",
            "«Motivati» non aiuta a capire se rispondere. Quale esperienza serve, e quanta?",
        ),
        "source": (
            "Che cosa offrite in cambio? Dati, un sito, ore: una riga basta.",
            "Il nome del cliente di {town} è riservato? Se sì, toglietelo da qui: lo leggono tutti i membri.",
        ),
        "words": (
            "Il progetto è interessante: con queste {2-3} correzioni lo pubblico in giornata.",
            "Ci siamo quasi. Riscrivete come se lo leggesse chi non si è mai occupato di {thing}.",
        ),
    },
    "en": {
        "summary": (
            "Who does not know you cannot see the need: [what happens today|say where you start] ({before} {unit}?), "
            "and where do you want to be?",
            "Take the adjectives out and put a number in: what is {measure} today, and what would [do|be enough]?",
        ),
        "partners_bring": (
            "Say what a partner must be able to do: to {check}, say, or to work with {norm}.",
            "“Motivated” does not tell anybody whether to answer. Which experience, and how much?",
        ),
        "source": (
            "What do you offer in return? Data, a site, hours: a line is enough.",
            "Is the name of the customer in {town} confidential? Then take it out: all members read this.",
        ),
        "words": (
            "A good project: with these {2-3} corrections I publish it the same day.",
            "Nearly there. Write as if somebody read it who has never dealt with {thing}.",
        ),
    },
}


def returned(slots: Mapping[str, str], towns: tuple[str, ...], language: str, chance: Random) -> Returned:
    """How a proposal read before a facilitator returned it, and what they wrote beside which fields."""
    pools = _REMARKS[language]
    fields = ["summary", *chance.sample(("partners_bring", "source"), chance.choice((1, 2)))]
    passing = {**slots, "town": chance.choice(towns)}
    return Returned(
        remarks={name: fill(chance.choice(pools[name]), passing, chance, language) for name in fields},
        words=fill(chance.choice(pools["words"]), passing, chance, language),
        summary=fill(chance.choice(_VAGUE[language]), passing, chance, language),
    )
