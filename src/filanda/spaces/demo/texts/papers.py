# SPDX-License-Identifier: EUPL-1.2
"""Sentences of news, events and documents."""

from __future__ import annotations

NEWS = {
    "it": (
        (
            "{Measure}: {a mytown} si passa da {mybefore} a {myafter}",
            "Il caso di {mytown} dopo {6-16} mesi di lavoro, con i numeri e gli inciampi.",
            (
                "{A mytown}, parlando {di thing}, le riunioni sono più corte. {Measure}: da {mybefore} a {myafter}.",
                "La mossa decisiva è stata {fix}. «Ci abbiamo messo più a convincerci che a farlo», racconta chi ha seguito il lavoro.",
                "Il controllo è semplice e si può copiare: {check}.",
            ),
        ),
        (
            "Bando «{call}»: che cosa può interessare a questa comunità",
            "Scadenza {due}; sono ammesse le prove sul campo.",
            (
                "È aperto «{call}», con scadenza {due}. Il contributo copre fino al {40-70} per cento delle spese di prova.",
                "Per chi lavora {su thing} ci sono due strade: {fix}, oppure {fix2}. Nelle discussioni c'è già chi cerca partner.",
                "{Otherorg} risponde alle domande ogni {weekday}.",
            ),
        ),
        (
            "Gli appunti della visita di {mytown}",
            "In {9-24} davanti {a thing}.",
            (
                "Il tema della visita: {thing}. Chi ci ospitava ha detto subito il punto dolente: {fault}.",
                "Si è discusso {di cause} e {di cause2}, senza arrivare a una sola conclusione.",
                "Chi vuole ripetere la misura può farlo da sé: {check}.",
            ),
        ),
        (
            "Una scheda nuova fra i documenti: {norm}",
            "{4-12} pagine, un esempio compilato e le domande più frequenti.",
            (
                "Insieme {a otherorg} abbiamo messo in ordine quello che serve sapere: il testo di partenza è {norm}, il caso è quello di {mytown}.",
                "La parte più utile è l'esempio compilato, con {measure} ({mybefore}) e il modo in cui si rileva.",
                "La scheda si aggiorna: osservazioni nella discussione collegata.",
            ),
        ),
        (
            "Cercasi secondo caso {su thing}",
            "{Mytown} ha i dati, manca un confronto.",
            (
                "Dopo {5-14} mesi di prove {a mytown} serve un secondo caso, meglio se diverso per dimensione.",
                "Il punto di partenza da confrontare: {measure}, {mybefore}. L'ipotesi da verificare: {cause}.",
                "In cambio: [aiuto nelle misure|due giornate di affiancamento] e i risultati prima di tutti.",
            ),
        ),
        (
            "Che cosa abbiamo imparato quest'anno",
            "Tre cose certe, due dubbi e un errore da non ripetere.",
            (
                "Si è parlato soprattutto {di thing}: {30-90} discussioni, {4-9} visite.",
                "Quello che regge: {fix}. Quello che resta in dubbio: quanto conta {cause2}.",
                "L'errore da non ripetere: decidere prima di {check}.",
            ),
        ),
    ),
    "en": (
        (
            "{Measure}: {mytown} goes from {mybefore} to {myafter}",
            "The case of {mytown} after {6-16} months of work, with figures and stumbles.",
            (
                "In {mytown} meetings no longer turn on {thing}: for {measure} they went from {mybefore} to {myafter}.",
                "The decisive step was to {fix}. “It took us longer to decide than to do it,” says the person who followed the work.",
                "The check is simple and can be copied: {check}.",
            ),
        ),
        (
            "Call “{call}”: what is in it for this community",
            "Deadline {due}; field trials are eligible.",
            (
                "“{call}” is open until {due}. Funding covers up to {40-70} per cent of the cost of trials.",
                "Those who work with {thing} can think of two roads: {fix}, or {fix2}. In the discussions some already look for partners.",
                "{Otherorg} answers questions every {weekday}.",
            ),
        ),
        (
            "Notes from the visit to {mytown}",
            "{9-24} people had a close look at {thing}.",
            (
                "The subject of the visit: {thing}. Our hosts named the sore point at once: {fault}.",
                "The talk went from {cause} to {cause2}, without a single conclusion.",
                "If you want to repeat the measurement: {check}.",
            ),
        ),
        (
            "A new sheet among the documents: {norm}",
            "{4-12} pages, a filled-in example and the most frequent questions.",
            (
                "With {otherorg} we have put in order what one needs to know, from {norm} to the case of {mytown}.",
                "The most useful part is the filled-in example, with {measure} ({mybefore}) and how it was obtained.",
                "The sheet is kept up to date: remarks in the linked discussion.",
            ),
        ),
        (
            "Wanted: a second case on {thing}",
            "{Mytown} has the data, a comparison is missing.",
            (
                "After {5-14} months of trials in {mytown} a second case is needed, better if of another size.",
                "The starting point to compare: {measure}, {mybefore}. The hypothesis to check: {cause}.",
                "In return: [help with the measurements|two days of support] and the results before everybody else.",
            ),
        ),
        (
            "What we learnt this year",
            "Three certainties, two doubts and one mistake not to repeat.",
            (
                "Most of the talk was about {thing}: {30-90} discussions, {4-9} visits.",
                "What holds: {ing fix}. What remains in doubt: how much {cause2} matters.",
                "The mistake not to repeat: deciding first. There is a better order: {check}, then decide.",
            ),
        ),
    ),
}
NEWS_ENDS = {
    "it": (
        "Domande e correzioni nelle discussioni della comunità.",
        "Chi ha un caso simile lo racconti: ne faremo una scheda.",
        "I dati sono fra i documenti, con una nota sul metodo.",
    ),
    "en": (
        "Questions and corrections are welcome in the discussions.",
        "If you have a similar case, tell it: we will make a sheet of it.",
        "The data are among the documents, with a note on the method.",
    ),
}

# title, summary, body, is it online, minutes, place
EVENTS = {
    "it": (
        (
            "Visita {a mytown}: {thing}",
            "Mezza giornata sul posto, con chi ci lavora.",
            "Partiamo dal problema: {fault}. Poi si guarda, si chiede e si misura.",
            False,
            210,
            "{Mytown}, ritrovo all'ingresso principale",
        ),
        (
            "Laboratorio: misurare bene",
            "Tre ore pratiche, a gruppi di quattro.",
            "Si impara facendo: {check}. Il tema è {measure}, e ognuno porta un proprio dato; quello di {mytown} è {mybefore}.",
            False,
            180,
            "{Mytown}, sala civica",
        ),
        (
            "In linea: {norm}, domande e risposte",
            "Un'ora con {otherorg}.",
            "Venti minuti di introduzione, poi solo domande. Chi vuole le manda prima, con una riga sul proprio caso.",
            True,
            60,
            "",
        ),
        (
            "«{event}», edizione {edition}",
            "Casi brevi, dieci minuti l'uno.",
            "Quattro casi {su thing}, di cui almeno uno andato male. Alla fine si mangia insieme.",
            False,
            240,
            "{Mytown}, biblioteca",
        ),
        (
            "Caffè del {weekday}: {cause}",
            "Quaranta minuti in linea, senza diapositive.",
            "Due persone raccontano, gli altri chiedono. Il caso di partenza è quello di {mytown}: {measure}, {mybefore}.",
            True,
            40,
            "",
        ),
        (
            "Preparare insieme «{call}»",
            "Tavolo di lavoro per chi pensa di presentare una proposta.",
            "Si arriva con un'idea e si esce con una pagina scritta. Un'idea c'è già: {fix}. Scadenza del bando: {due}.",
            False,
            150,
            "{Mytown}, sede del consorzio",
        ),
    ),
    "en": (
        (
            "Visit to {mytown}: {thing}",
            "Half a day on site, with the people who do the work.",
            "We begin with the problem: {fault}. Then we look, ask and measure.",
            False,
            210,
            "{Mytown}, meet at the main entrance",
        ),
        (
            "Workshop: measuring well",
            "Three practical hours, in groups of four.",
            "Learning by doing: {check}. The subject is {measure}, and everybody brings a figure; {mytown} brings {mybefore}.",
            False,
            180,
            "{Mytown}, civic hall",
        ),
        (
            "Online: {norm}, questions and answers",
            "One hour with {otherorg}.",
            "Twenty minutes of introduction, then questions only. Send yours beforehand with a line on your case.",
            True,
            60,
            "",
        ),
        (
            "“{event}”, edition {edition}",
            "Short cases, ten minutes each.",
            "Four cases on {thing}, at least one of which went wrong. Afterwards we eat together.",
            False,
            240,
            "{Mytown}, library",
        ),
        (
            "{Weekday} coffee: {cause}",
            "Forty minutes online, without slides.",
            "Two people tell, the others ask. We start from the case of {mytown}: {measure}, {mybefore}.",
            True,
            40,
            "",
        ),
        (
            "Preparing “{call}” together",
            "A working table for those who think of submitting a proposal.",
            "Arrive with an idea and leave with a written page. One idea is there already: {fix}. Deadline of the call: {due}.",
            False,
            150,
            "{Mytown}, consortium office",
        ),
    ),
}
PROGRAMME = {
    "it": (
        "Il caso di {mytown}: {measure} da {mybefore} a {myafter}",
        "{Cause}: che cosa si vede e che cosa no",
        "Prova pratica: {check}",
        "Confronto: {fix}, oppure {fix2}",
        "Domande, e chi fa che cosa entro {month}",
    ),
    "en": (
        "The case of {mytown}: {measure} from {mybefore} to {myafter}",
        "{Cause}: what shows and what does not",
        "Hands on: {check}",
        "A comparison: {fix}, or {fix2}",
        "Questions, and who does what by {month}",
    ),
}
EVENT_ENDS = {
    "it": (
        "Partecipare è gratuito. Chi arriva in treno scriva: organizziamo i passaggi.",
        "Il luogo è accessibile in carrozzina; per altre esigenze basta dirlo nell'iscrizione.",
        "Gli appunti saranno fra i documenti entro una settimana.",
    ),
    "en": (
        "Taking part is free. If you come by train, tell us: we arrange lifts.",
        "The place is wheelchair accessible; for other needs say so when you sign up.",
        "Notes will be among the documents within a week.",
    ),
}
QUESTIONS = {
    "it": (
        "Quale domanda vorreste portare?",
        "Avete intolleranze alimentari?",
        "Arrivate in treno e vi serve un passaggio?",
        "Che esperienza avete {con_thing}?",
    ),
    "en": (
        "Which question would you like to bring?",
        "Do you have food intolerances?",
        "Do you come by train and need a lift?",
        "What is your experience with {thing}?",
    ),
}
DOCUMENTS = {
    "it": (
        (
            "Scheda: {thing}",
            "Schede",
            "## In breve\n\nIl problema tipico: {fault}.\n\n## Cause da guardare\n\n- {cause}\n- {cause2}\n- {cause3}\n\n## Rimedi provati\n\n1. {fix}\n2. {fix2}\n\n## Come si controlla\n\nLa regola è una sola: {check}. Caso di riferimento, {mytown}: da {mybefore} a {myafter}.\n\nTesto collegato: {norm}.",
        ),
        (
            "Verbale della riunione di {mytown}",
            "Verbali",
            "Presenti: {7-22} persone. Durata: {60-140} minuti.\n\n| Punto | Chi | Entro |\n| --- | --- | --- |\n| {check} | {mytown} | {month} |\n| {fix} | {town} | {month2} |\n| chiarire {norm} | {otherorg} | {month2} |\n\nSi è discusso {di cause}: pareri diversi, si decide con i dati. Valore attuale, {measure}: {before}.",
        ),
        (
            "Modello: registro di {measure}",
            "Modelli",
            "Una riga per misura, niente correzioni a matita.\n\n| Data | Ora | Valore | Chi | Note |\n| --- | --- | --- | --- | --- |\n| 3 {month} | {8-17}.30 | {before} | turno A | prima della modifica |\n| 17 {month2} | {8-17}.30 | {interim} | turno A | dopo la prova: {fix} |\n\nAvvertenza: {check}, almeno una volta al mese.",
        ),
        (
            "Confronto di due strade {su thing}",
            "Schede",
            "## Prima strada\n\n{Fix}. Costo indicativo: {2-9}.000 euro. Tempo: {2-6} settimane.\n\n## Seconda strada\n\n{Fix2}. Costo indicativo: {10-18}.000 euro. Tempo: {3-9} settimane.\n\n## Che cosa consigliamo\n\nPrima di scegliere: {check}. Se la causa principale {cause:è/sono} {cause}, basta la prima.",
        ),
        (
            "Domande frequenti: {norm}",
            "Norme",
            "**Riguarda anche {thing}?** Di solito sì; il dubbio nasce quando {fault}.\n\n**Che cosa si deve dimostrare?** Che si tiene sotto controllo {measure}. {A mytown} è bastato un registro di {6-18} mesi.\n\n**Chi aiuta?** {Otherorg}, su appuntamento.",
        ),
    ),
    "en": (
        (
            "Sheet: {thing}",
            "Sheets",
            "## In short\n\nThe typical problem: {fault}.\n\n## Causes to look at\n\n- {cause}\n- {cause2}\n- {cause3}\n\n## Remedies tried\n\n1. {fix}\n2. {fix2}\n\n## How to check\n\nThere is one rule: {check}. Reference case, {mytown}: from {mybefore} to {myafter}.\n\nRelated text: {norm}.",
        ),
        (
            "Minutes of the meeting in {mytown}",
            "Minutes",
            "Present: {7-22} people. Duration: {60-140} minutes.\n\n| Item | Who | By |\n| --- | --- | --- |\n| {check} | {mytown} | {month} |\n| {fix} | {town} | {month2} |\n| clarify {norm} | {otherorg} | {month2} |\n\nAbout {cause} opinions differed; data will decide. Present value of {measure}: {before}.",
        ),
        (
            "Template: a log of {measure}",
            "Templates",
            "One line per measurement, no pencil corrections.\n\n| Date | Hour | Value | Who | Notes |\n| --- | --- | --- | --- | --- |\n| 3 {month} | {8-17}:30 | {before} | shift A | before the change |\n| 17 {month2} | {8-17}:30 | {interim} | shift A | after the trial: {fix} |\n\nReminder: {check}, at least once a month.",
        ),
        (
            "Comparison of two roads for {thing}",
            "Sheets",
            "## First road\n\n{Fix}. Rough cost: {2-9},000 euros. Time: {2-6} weeks.\n\n## Second road\n\n{Fix2}. Rough cost: {10-18},000 euros. Time: {3-9} weeks.\n\n## Our advice\n\nBefore choosing: {check}. If the main cause is {cause}, the first is enough.",
        ),
        (
            "Frequent questions: {norm}",
            "Rules",
            "**Does it cover {thing} too?** Usually yes; the doubt arises when {fault}.\n\n**What has to be shown?** That {measure} is under control. In {mytown} a log of {6-18} months was enough.\n\n**Who helps?** {Otherorg}, by appointment.",
        ),
    ),
}
