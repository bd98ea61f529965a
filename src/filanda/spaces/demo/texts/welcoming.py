# SPDX-License-Identifier: EUPL-1.2
"""The welcome of a community, its rules and the question asked of those who want to join."""

from __future__ import annotations

GREETS = {
    "it": (
        "Benvenuti in **{name}**.",
        "Questo è lo spazio di **{name}**.",
        "**{name}**: ci si trova qui.",
        "Siete arrivati in **{name}**, accomodatevi.",
    ),
    "en": (
        "Welcome to **{name}**.",
        "This is the space of **{name}**.",
        "**{name}**: this is where we meet.",
        "You have come to **{name}**, take a seat.",
    ),
}
# The same order in both languages: a community has the same welcome in each.
TELLS = {
    "it": (
        "La domanda da cui siamo partiti riguarda {thing}. Oggi ci portiamo di tutto, purché ci sia un caso vero: un dato, una foto, un preventivo, un errore.",
        "Chi arriva per la prima volta può cominciare dalle discussioni in evidenza: riassumono quello che sappiamo {su thing} e quello che ancora ci divide, a cominciare {da cause}.",
        "Qui si misura. Se parlate di {measure}, dite come e quando è stato rilevato il dato: così chi viene dopo può fare un confronto.",
        "Ci trovate imprese, ricercatori, uffici pubblici e associazioni. Non serve essere esperti: le domande semplici {su thing} hanno fatto nascere le discussioni migliori.",
        "Nei documenti ci sono schede, modelli e verbali; negli eventi le visite, di solito una ogni due mesi. Il prossimo tema proposto: {cause2}.",
        "Non cerchiamo soluzioni perfette. C'è chi ha provato a {fix} e racconta come è andata, anche quando è andata male.",
    ),
    "en": (
        "The question we began with concerns {thing}. Today anything goes, as long as there is a real case: a figure, a photo, a quote, a mistake.",
        "If this is your first time, begin with the pinned discussions: they sum up what we know about {thing} and what still divides us, beginning with {cause}.",
        "Here we measure. When you mention {measure}, say how and when you obtained it, so that those who come later can compare.",
        "You will meet companies, researchers, public offices and associations. You need not be an expert: simple questions on {thing} started our best discussions.",
        "The documents hold sheets, templates and minutes; the events are visits, usually one every two months. Next proposed subject: {cause2}.",
        "We do not look for perfect solutions. Some have tried to {fix} and tell how it went, even when it went badly.",
    ),
}
CLOSES = {
    "it": {
        "open": (
            "Presentatevi nella discussione di benvenuto con due righe: che cosa fate, dove, e che cosa vorreste capire.",
            "Leggere è libero; per scrivere basta entrare nella comunità.",
            "Per proporre una visita o un tema scrivete a chi cura la comunità: l'elenco è nella pagina delle persone.",
        ),
        "closed": (
            "Quello che si legge qui resta qui: prima di citare un caso all'esterno si chiede a chi l'ha raccontato.",
            "Le domande di ingresso vengono lette ogni settimana; a chi non ha ancora un caso da portare consigliamo una comunità aperta.",
        ),
    },
    "en": {
        "open": (
            "Introduce yourself in the welcome discussion in two lines: what you do, where, and what you would like to understand.",
            "Reading is free; to write, simply join the community.",
            "To propose a visit or a subject, write to the people who look after the community: they are listed on the people page.",
        ),
        "closed": (
            "What you read here stays here: before quoting a case elsewhere, ask whoever told it.",
            "Requests to join are read every week; if you have no case to bring yet, we suggest an open community.",
        ),
    },
}
RULES = {
    "it": (
        (
            "Si parla con rispetto, anche quando non si è d'accordo.",
            "Niente pubblicità: chi vende lo dice, e risponde alle domande.",
        ),
        (
            "Un argomento per discussione, con un titolo che si capisca.",
            "I numeri si accompagnano con unità, data e modo di misura.",
            "Prima di aprire una discussione {su thing}, una ricerca: spesso la risposta c'è già.",
            "Chi riceve un aiuto torna a dire com'è finita.",
            "Si scrive in italiano o in inglese, come viene meglio.",
            "Niente dati personali di clienti, pazienti o utenti, nemmeno negli allegati.",
        ),
        "Quello che si legge qui non esce senza il permesso di chi l'ha scritto.",
    ),
    "en": (
        (
            "We talk with respect, even when we disagree.",
            "No advertising: those who sell say so, and answer questions.",
        ),
        (
            "One subject per discussion, with a title one can understand.",
            "Figures come with unit, date and how they were measured.",
            "Before opening a discussion on {thing}, search: the answer is often there.",
            "Whoever was helped comes back to say how it ended.",
            "Write in Italian or English, whichever is easier.",
            "No personal data of customers, patients or users, not even in attachments.",
        ),
        "What you read here does not leave without the consent of whoever wrote it.",
    ),
}
ASK = {
    "it": (
        "Che esperienza avete {con_thing}?",
        "Quale caso vorreste portare, e che cosa vorreste capire?",
        "Per quale organizzazione seguite {thing}, e con quale compito?",
        "Che cosa avete già provato, e con quale risultato su {measure}?",
    ),
    "en": (
        "What is your experience with {thing}?",
        "Which case would you like to bring, and what would you like to understand?",
        "For which organisation do you follow {thing}, and in what role?",
        "What have you tried so far, and with what result for {measure}?",
    ),
}
