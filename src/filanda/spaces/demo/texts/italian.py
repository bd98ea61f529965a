# SPDX-License-Identifier: EUPL-1.2
"""What people write in Italian: for each part of a conversation, sentences with slots (see grammar)."""

from __future__ import annotations

TITLES: dict[str, tuple[str, ...]] = {
    "problem": (
        "{Thing}: [qualcuno ci è passato?|da dove cominciare?|consigli?|non ne veniamo a capo]",
        "Come avete risolto con {thing}?",
        "{Thing} {a town}: [cerchiamo di capire|chiediamo aiuto|il problema è più grande del previsto]",
        "{Measure}: da {before} non ci muoviamo",
        "È davvero colpa {di cause}?",
        "{Thing}: {cause} o {cause2}?",
        "{Cause}: come ve ne siete accorti?",
        "Dubbi {su thing} dopo [il primo anno|la prima stagione|l'ultimo collaudo|sei mesi di prova]",
        "Quanto {cause:conta/contano} {cause}?",
    ),
    "choice": (
        "Meglio {fix} o {fix2}?",
        "{Thing}: {fix} oppure {fix2}?",
        "Due strade per {thing}, un solo bilancio",
        "{Fix}: ne vale la pena?",
        "Che cosa fareste al posto nostro {a town}?",
    ),
    "results": (
        "{Measure}: da {before} a {after}, ecco come",
        "I nostri numeri {su thing}",
        "{Thing} {a town}: [risultati di {6-18} mesi|che cosa ha funzionato|bilancio di una stagione]",
        "{Fix}: com'è andata",
        "Com'è andata {a town} {con_thing}",
    ),
    "norm": (
        "Come applicate {norm}?",
        "{Norm} e {thing}: [che cosa ci viene chiesto davvero?|dove finisce l'obbligo?]",
        "Verifica {a town}: ci hanno chiesto {norm}",
        "Chi ha già affrontato {norm}?",
    ),
    "call": (
        "Bando «{call}»: cerchiamo partner {su thing}",
        "«{call}»: [ci proviamo insieme?|manca un partner|idee {su thing}]",
        "Scadenza {due}: una proposta {su thing}",
        "Cerchiamo {2-4} partner per «{call}», partendo da {town}",
    ),
    "thesis": (
        "Tesi {su thing}: cerco [dati|un caso reale|un'organizzazione che mi ospiti]",
        "Tirocinio {a town} {su thing}",
        "Studio {measure}: chi mi racconta il suo caso?",
        "Cerco dati su {measure} per la tesi",
    ),
    "cost": (
        "Quanto costa {fix}?",
        "Preventivi molto diversi per {fix}",
        "{Thing}: i conti di chi ci è già passato",
        "In quanto tempo si ripaga {fix}?",
    ),
    "visit": (
        "Visita {a town}: {thing} dal vivo",
        "Appunti dalla visita di {town}",
        "Che cosa abbiamo visto {a town}",
        "«{event}»: gli appunti per chi non c'era",
    ),
}

OPEN: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "problem": (
        (
            "[Buongiorno a tutti|Ciao a tutti|Buongiorno], [vi chiedo un parere|chiedo un consiglio] {su thing}: {a town} {fault}.",
            "[Lavoriamo {su thing} da {2-6} anni|Ci occupiamo {di thing} dal 20{16-23}] e adesso siamo fermi: {fault}.",
            "Vi racconto una cosa che [ci toglie il sonno|non riusciamo a spiegarci|torna a ogni riunione]. Si tratta {di thing}, {a town}: {fault}.",
            "[Scrivo dopo l'ennesima riunione senza risposta|È il mio primo messaggio qui, abbiate pazienza]. Parlo {di thing}: {fault}.",
            "{A town} abbiamo un problema {con_thing}: {fault}.",
            "[Qualcuno lavora {su thing}?|C'è qui chi conosce bene {thing}?] Noi, {a town}, non ne usciamo: {fault}.",
            "Situazione {a town}, {su thing}: {fault}. [Succede da {3-14} mesi|Va avanti da {4-9} settimane|Prima di quest'anno non era mai successo].",
        ),
        (
            "Come dato di partenza abbiamo {measure}: {before} [nell'ultimo mese|in media, su {3-6} settimane di misure|secondo il registro di {month}].",
            "Abbiamo provato a {fix3}, [senza grandi cambiamenti|e per {2-3} settimane sembrava bastare|ma l'effetto è durato poco].",
            "[Il fornitore|Il consulente|Il progettista] dice che dipende {da cause3}; [io ho qualche dubbio|in squadra siamo divisi|non ci ha portato prove].",
            "[I sospetti sono due|Le ipotesi sul tavolo sono due]: {cause} e {cause3}. [Finora nessuna prova|Non sappiamo da quale partire].",
            "Valore di oggi per {measure}: {before}. [Per stare tranquilli dovremmo arrivare vicino a {after}|L'obiettivo che ci siamo dati è {after} entro {nextmonth}].",
            "[In casa siamo in {3-9} a seguire la cosa|La segue una persona sola, a metà tempo|Ci lavoriamo nei ritagli], quindi [mi servono idee semplici|non possiamo provare tutto].",
            "Il budget per quest'anno è di circa {4-28}.000 euro e [una decisione va presa entro {nextmonth}|l'amministrazione vuole una risposta entro {nextmonth}].",
        ),
        (
            "[Qualcuno ha già affrontato un caso simile?|Avete visto qualcosa del genere?|Chi ci è passato?]",
            "Voi da che parte [comincereste|guardereste per prima]?",
            "Mi interessano soprattutto [i casi andati male|le prove con un prima e un dopo|numeri veri, anche brutti].",
            "Prima di spendere, [vorrei sentire qualcuno che ha misurato|vorrei capire se {cause} {cause:può/possono} davvero contare tanto].",
            "Se a qualcuno servono [foto, dati o planimetrie|i dati grezzi|altri dettagli], [li metto qui|chiedete pure].",
            "[Grazie in anticipo a chi vorrà rispondere|Ogni idea è benvenuta, anche fuori dagli schemi].",
        ),
    ),
    "choice": (
        (
            "Per {thing} dobbiamo scegliere: {fix} oppure {fix2}. [{A town} ne discutiamo da {2-5} mesi|La decisione tocca a noi di {town} entro {nextmonth}].",
            "Apro una discussione [che {a town} ha già diviso l'ufficio|su cui mi piacerebbe leggere pareri opposti]: {su thing} conviene {fix} o {fix2}?",
            "Partiamo dal problema, che riguarda {thing}: {fault}. Le strade sono due: {fix}, oppure {fix2}.",
        ),
        (
            "La prima strada costa sui {3-14}.000 euro, la seconda [quasi il doppio|un terzo in meno ma ferma il lavoro per {2-5} giorni].",
            "Valore di oggi per {measure}: {before}. Con la prima strada [ci promettono|dovremmo arrivare a] {after}, [ma è una stima|sulla carta].",
            "Io sono per la prima, {otherorg} ci consiglia la seconda. Il punto è quanto {cause:pesa/pesano} {cause}.",
            "Chi lavora tutti i giorni {con_thing} preferisce {fix2}, [perché si può tornare indietro|perché l'ha già visto fare altrove].",
        ),
        (
            "Che cosa [scegliereste|avete scelto], e [perché|con quali risultati]?",
            "[Accetto anche un «né l'una né l'altra»|Se esiste una terza via, ditelo adesso].",
            "Mi interessa [il parere di chi dopo un anno rifarebbe la scelta|sapere come ve ne siete pentiti, se vi siete pentiti].",
        ),
    ),
    "results": (
        (
            "[Come promesso|Qualche tempo fa ne avevamo parlato a voce]: ecco i risultati di {town} {su thing}. In {6-16} mesi {measure}: da {before} a {after}.",
            "Condivido quello che abbiamo imparato {su thing}, [perché da soli ci abbiamo messo troppo|nel bene e nel male]. Il problema era questo: {fault}.",
            "{A town} abbiamo chiuso la prova {su thing}. [Riassumo per chi ha poco tempo|La versione breve]: {measure}, da {before} a {after}.",
        ),
        (
            "La mossa che ha contato di più è stata {fix}; [la causa principale {cause:era/erano} {cause}|il resto ha aiutato poco].",
            "Avevamo cominciato dalla parte sbagliata: {fix2} ci è costato {2-9}.000 euro e non ha spostato quasi nulla.",
            "Il metodo: {check}, [prima e dopo|ogni volta nello stesso modo]. [Noioso, ma senza quello non ci avrebbe creduto nessuno|Ci sono volute {20-60} ore in tutto].",
            "Che cosa non sappiamo ancora: se regge [d'inverno|con il doppio del carico|quando cambierà il personale].",
        ),
        (
            "[Domande benvenute|Critiche benvenute, soprattutto sul metodo].",
            "Se qualcuno vuole [ripetere la prova|confrontare i numeri], [metto a disposizione il foglio di calcolo|ci sentiamo volentieri].",
            "Nel prossimo mese proveremo anche a {fix3}: [vi faccio sapere|qualcuno l'ha già fatto?].",
        ),
    ),
    "norm": (
        (
            "Domanda [secca|da principiante|noiosa ma urgente]: parliamo {di thing} e ci viene chiesto di rispettare {norm}. [Fin dove arriva l'obbligo?|Da dove si parte?]",
            "Durante la verifica di {month}, {a town}, ci hanno chiesto come applichiamo {norm} {a thing}. [Ammetto che avevamo solo mezza risposta|Non l'avevamo previsto].",
            "{Otherorg} ci ha girato {norm}. Per {thing} [la lettura non è univoca|ognuno in ufficio la legge a modo suo].",
        ),
        (
            "Oggi teniamo un registro con {measure} ({before} l'ultimo valore) e poco altro.",
            "Un consulente ci ha chiesto {2-7}.000 euro per l'adeguamento, un altro dice che [bastano due procedure|siamo già a posto].",
            "Il dubbio principale: se {fault}, [dobbiamo segnalarlo|siamo ancora dentro i limiti|chi ne risponde]?",
        ),
        (
            "[Avete un esempio di documento già accettato?|Chi l'ha già fatto, che cosa ha presentato?]",
            "Non cerco un parere legale, [mi basta sapere come fate voi|solo esperienze].",
            "Se serve, riassumo qui [le risposte|quello che scopriamo] per chi verrà dopo.",
        ),
    ),
    "call": (
        (
            "Vorremmo presentare una proposta a «{call}» (scadenza {due}) {su thing}. Il capofila [potrebbe essere {org}|è da decidere].",
            "Per «{call}» abbiamo un'idea concreta, nata da un problema vero {con_thing}: {fault}.",
            "È uscito «{call}». [La dotazione è di {2-9} milioni|Il contributo arriva al {40-70} per cento] e un lavoro {su thing} ci starebbe bene.",
        ),
        (
            "L'idea: {fix} in {3-6} siti diversi, poi {check}, e pubblicare [i dati|anche quello che non va].",
            "Abbiamo già [un sito di prova {a town}|il sì di {otherorg}|metà del piano di lavoro]; [ci manca un'impresa piccola|ci manca chi misura|ci manca un ente pubblico].",
            "Obiettivo misurabile: {measure}, da {before} a {after} in {18-30} mesi.",
        ),
        (
            "Chi fosse interessato risponda [qui|entro il {soon}], con due righe su [che cosa porterebbe|che cosa vorrebbe imparare].",
            "Facciamo una chiamata {weekday} alle {9-17}? [Bastano quaranta minuti|Porto una bozza di due pagine].",
            "[Anche un no con un motivo ci è utile|Vanno bene anche partner senza esperienza di bandi].",
        ),
    ),
    "thesis": (
        (
            "Ciao a tutti, sto preparando la tesi [magistrale|triennale|di dottorato] {su thing} e [cerco un caso reale|mi mancano dati di campo].",
            "Buongiorno, sono in tirocinio presso {org} e studio {measure}. Il punto di partenza: {fault}.",
            "La mia tesi confronta {fix} con {fix2}. [In letteratura ci sono {3-8} casi e nessuno in Italia|I casi pubblicati sono pochi e vecchi].",
        ),
        (
            "[Mi basterebbero {4-12} settimane di dati|Mi basterebbero due visite e un'intervista|Mi basterebbe un registro anche tenuto su carta]; in cambio [preparo l'analisi|scrivo un rapporto di una pagina per chi mi ospita].",
            "Vorrei verificare se {cause} {cause:spiega/spiegano} la differenza, oppure {cause:è/sono} solo una scusa comoda.",
            "Posso spostarmi [in treno|in tutta la regione] fra {nextmonth} e {latermonth}; i dati [restano anonimi|li pubblico solo con il vostro permesso].",
        ),
        (
            "C'è qualcuno [vicino {a town}|con un caso da raccontare]?",
            "[Vanno benissimo anche i casi in cui {fix} non è servito a niente|Anche un «hai sbagliato domanda» mi aiuta].",
            "Il relatore consiglia anche di {check}: [secondo voi è fattibile?|ha senso per voi?]",
        ),
    ),
    "cost": (
        (
            "[Abbiamo ricevuto tre preventivi|Ho sul tavolo due offerte] per {fix}: si va da {3-9}.{100-900} a {12-26}.{100-900} euro. Si tratta {di thing}, {a town}.",
            "Per capire se conviene {fix} [mi servono numeri veri|vorrei fare i conti con chi l'ha fatto]. Noi siamo {a town} e parliamo {di thing}.",
            "Domanda pratica {su thing}: quanto avete speso per {fix}? [Tutto compreso, anche le ore perse|Anche un ordine di grandezza va bene].",
        ),
        (
            "Valore di oggi per {measure}: {before}. Se davvero si arriva a {after} [si ripaga in {14-34} mesi|il conto torna, altrimenti no].",
            "Nessuno dei fornitori [parla di manutenzione|mette per iscritto il risultato|è venuto a vedere].",
            "L'alternativa sarebbe {fix2}, [che costa meno ma non convince tutti|meno elegante e più veloce].",
        ),
        (
            "Quanto [è durato il fermo|avete pagato all'anno di assistenza]?",
            "[Mi scrivete anche in privato, se preferite|Se potete dire la cifra qui, aiuta tutti].",
            "C'è chi ha comprato insieme ad altri?",
        ),
    ),
    "visit": (
        (
            "{Weekday} scorso eravamo in {9-24} {a town} per vedere {thing}. [Metto qui gli appunti|Riassumo prima di dimenticare].",
            "Appunti dalla visita organizzata da {otherorg} {a town}. Il tema: {thing}.",
            "Per chi non è riuscito a venire a «{event}»: abbiamo parlato soprattutto {di thing}.",
        ),
        (
            "[Ci hanno detto con franchezza che|La parte più onesta:] {fault}.",
            "Stanno per {fix} e si aspettano {measure} intorno a {after} (oggi {before}).",
            "Per controllare usano un sistema semplice: {check}. [Nessuna magia|Lo sa fare chiunque in mezza giornata].",
            "[Molto discusso|Il punto più acceso]: quanto {cause:pesi/pesino} {cause} rispetto {a cause2}.",
        ),
        (
            "Chi c'era [aggiunga quello che ho dimenticato|mi corregga].",
            "A me ha colpito [la calma con cui mostrano gli errori|quanto poco costi misurare|che il registro sia ancora su carta].",
            "Prossima visita: [proposte?|qualcuno ci ospita?]",
        ),
    ),
}

REPLIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ask_back": (
        (
            "[Due domande prima di rispondere|Prima di dare consigli, due domande]: avete già guardato {cause}? E con che strumento ricavate {measure}?",
            "Il valore di {before} [è una media o il caso peggiore|si riferisce a un giorno solo o a tutto il periodo]? [Cambia parecchio|Le medie nascondono tanto].",
            "Da quanto tempo succede? E [prima|quando è cominciato] [era cambiato qualcosa nel modo di lavorare|avevate cambiato fornitore]?",
            "{@}, quando dici che avete provato, [per quanto tempo|quante volte e con chi]? Con {thing} [una settimana è poco|conta molto la mano].",
            "Mi manca un pezzo: {cause} {cause:è/sono} [sotto il vostro controllo|qualcosa che potete cambiare] o [dipende da altri|c'è di mezzo un contratto]?",
            "Una curiosità [da chi lo fa per mestiere|ingenua]: chi lavora ogni giorno {con_thing} che spiegazione dà?",
            "Riuscite a {check}? Senza quello [tiriamo a indovinare|ogni ipotesi vale l'altra].",
            "{A town} siete in condizioni [normali|particolari]? [Stagione, turni, personale|Clima, età dell'impianto, volumi]: bastano due righe.",
        ),
        (
            "Chiedo perché {a mytown} la risposta ha cambiato tutto.",
            "[Una foto aiuterebbe|Se avete un grafico, mettetelo].",
            "La differenza fra {before} e {mybefore}, che avevamo noi, [potrebbe stare tutta lì|non è solo questione di dimensioni].",
        ),
    ),
    "details": (
        (
            "[Rispondo in ordine|Hai ragione, mancavano dei dati]. {Measure}: {before} di media, con punte peggiori [il lunedì|nelle ore calde|a fine mese]. Succede da {3-14} mesi.",
            "Sì, {cause} {cause:l'abbiamo guardato/li abbiamo guardati}, ma [una volta sola|in fretta]: {measure} quel giorno {before}, come sempre.",
            "[Ho chiesto a chi lo segue tutti i giorni|Ho controllato stamattina]: la differenza si vede [dopo le {14-19}|soprattutto nei primi {20-50} minuti|solo con il personale nuovo]. {Cause2} non {cause2:c'entra/c'entrano}, direi.",
            "Abbiamo cominciato a {check}. Dopo {3-9} giorni il valore resta {before}, [con le punte dopo le {14-19}|senza orari particolari].",
            "{@}, no: il contratto di assistenza [scade in {nextmonth}|non copre questo], quindi possiamo toccare quasi tutto, tranne forse {cause3}.",
            "Aggiungo i numeri che mi chiedevate: {18-45} rilievi, {measure} {before}, {3-7} valori scartati perché [assurdi|presi in un giorno di fermo].",
        ),
        (
            "[Altro che serva?|Se manca qualcosa, ditemi.]",
            "Nel frattempo [non tocchiamo niente|lasciamo tutto com'è, così il confronto resta pulito].",
            "[Domani faccio una foto|Appena posso allego il foglio].",
        ),
    ),
    "experience": (
        (
            "{A mytown} avevamo lo stesso problema: {measure} {mybefore}. {Cause:Era/Erano} {cause}. Ne siamo usciti in {3-16} settimane: è bastato {fix}, e siamo arrivati a {myafter}.",
            "Caso molto simile, {su thing}, due anni fa. [Dopo mille ipotesi|Dopo {2-4} tentativi a vuoto] è servito {fix}: da {mybefore} a {myafter}.",
            "Da noi {a mytown} la differenza {cause:l'ha fatta/l'hanno fatta} {cause}. Il difficile, nel 20{16-25}, non è stato {fix}, [ma convincere tutti|ma trovare le ore per farlo].",
            "Vi porto un caso [meno fortunato|finito a metà]. {A mytown} abbiamo cercato di {fix}: {measure}, da {mybefore} a {myinterim}, poi [siamo tornati al punto di partenza|ci siamo fermati lì].",
            "Noi abbiamo deciso di {fix} nel 20{19-25}. {Measure}: {mybefore} prima, {myafter} dopo {4-11} mesi. [Rifarei tutto|Oggi lo farei prima].",
            "[Confermo per esperienza diretta|Ci siamo passati]: finché non abbiamo guardato {cause}, {measure} [{measure:non si muoveva/non si muovevano}|{measure:restava/restavano} intorno a {mybefore}].",
            "Con {otherorg} abbiamo confrontato {4-7} casi: in {2-3} {cause:c'entrava/c'entravano} {cause}, e {fix} ha funzionato. [Negli altri no|Negli altri il problema era organizzativo].",
            "Io proverei subito a {fix}. {A mytown}, dopo {5-20} giorni, {measure}: {myafter}. Spesa: [meno di {400-950} euro|circa {2-6} giornate di lavoro].",
        ),
        (
            "[Il trucco è stato misurare prima|Per verificare bastò {check}].",
            "Attenzione però: [i primi {4-10} giorni peggiora|l'effetto si vede solo dopo {3-6} settimane].",
            "Se passate da {mytown}, [ve lo faccio vedere|un caffè e un giro non si negano].",
            "[Non è merito mio|L'idea fu di chi ci lavora ogni giorno], va detto.",
            "[Da allora lo controlliamo ogni {2-6} mesi|Regge da {9-30} mesi], senza sorprese.",
        ),
    ),
    "suggest": (
        (
            "Io comincerei da qui: {check}. [Costa poco|In una settimana si fa] e dice subito se {cause:conta/contano} {cause}.",
            "[Proposta in tre passi|Farei così]:\n\n1. {check};\n2. {fix}, ma solo [su una parte|per {3-5} settimane];\n3. rifare la misura nello stesso modo.",
            "Se dipende {da cause}, la via più breve è {fix}. Se invece dipende {da cause2}, [cambia tutto|serve {fix2}].",
            "Prima di comprare qualcosa proverei a {fix}: [è reversibile|si torna indietro in un giorno].",
            "[Sbaglierò, ma|A naso,] con {before} in partenza {cause} non {cause:basta/bastano} a spiegare tutto: guarderei anche {cause2}.",
            "Dividete il problema: da una parte {cause}, dall'altra {cause2}. [Una cosa per volta|Mai cambiare due cose insieme], e ogni volta la stessa verifica: {check}.",
            "Con un obiettivo di {after} [eviterei scorciatoie|vale la pena di fare le cose bene]: prima {fix}, poi semmai {fix2}.",
        ),
        (
            "[Se volete vi mando lo schema che usiamo {a mytown}|{A mytown} l'abbiamo fatto in {2-4} in mezza giornata].",
            "[Tenete da parte i dati di oggi|Segnatevi la data del cambio]: fra sei mesi [tornerà utile|nessuno se ne ricorderà].",
            "Di {otherorg} mi fiderei per [la misura|un parere terzo].",
        ),
    ),
    "me_too": (
        (
            "Seguo con interesse: {a mytown} siamo messi uguale, {measure} {mybefore}.",
            "[Mi accodo|Mi unisco alla domanda]. {Su thing} {a mytown} abbiamo [gli stessi sintomi|lo stesso problema in piccolo], con {mybefore} contro i vostri {before}.",
            "Anche da noi {a mytown}, [da circa {3-9} mesi|dall'inverno scorso]. [Pensavamo di essere gli unici|Ci eravamo rassegnati].",
            "Stessa storia {a mytown}, [ma nessuno l'ha mai misurata|ma con numeri diversi: {measure}, {mybefore}].",
        ),
        (
            "Se trovate la causa, [scrivetelo qui|vi offro da bere {a mytown}].",
            "[Possiamo fare la prova in parallelo|Se serve un secondo caso, ci siamo].",
            "Nel nostro caso sospetto {cause}, [ma non ho prove|a orecchio].",
        ),
    ),
    "disagree": (
        (
            "[Non sono d'accordo|Qui la vedo diversamente], {@}. Secondo me {cause} {cause:è un sintomo/sono un sintomo}: {a mytown} abbiamo lavorato solo su quello. {Measure}: {mybefore} prima e {myinterim} dopo, [troppo poco|e poi fermi lì].",
            "[Attenzione|Andrei piano]: {fix2} ha senso se {cause2:c'entra/c'entrano} davvero {cause2}. {A mytown} l'abbiamo fatto per moda e [ci è costato {3-8} mesi|i numeri non sono cambiati].",
            "[Faccio l'avvocato del diavolo|Una voce contraria]: con {before} di partenza è normale vedere miglioramenti [solo perché qualcuno sta guardando|per caso]. Senza un confronto, io non ci crederei.",
            "{@}, il tuo caso però era [più piccolo|diverso]: {su thing} {a town} {cause2:pesa/pesano} molto meno {cause2}. Io guarderei {cause}.",
            "Mi spiace guastare la festa, ma {fix2} [sposta il costo su qualcun altro|funziona finché c'è chi lo segue]. La strada lunga, {fix}, [è l'unica che dura|alla fine costa meno].",
            "Non direi. Sulla carta è una cosa, in pratica un'altra: {fix2} [in teoria va benissimo|sulle slide funziona sempre], nel nostro caso [ha retto {2-5} settimane|non ha retto l'inverno].",
        ),
        (
            "[Felice di essere smentito dai numeri|Se avete dati contrari, cambio idea].",
            "[Detto senza polemica|Con tutto il rispetto per chi ci ha lavorato].",
            "Il valore da guardare [non è la media, è il caso peggiore|è quello dopo sei mesi].",
        ),
    ),
    "rebut": (
        (
            "[Giusta osservazione|Può darsi], {@}, ma nel nostro caso il confronto c'era: {2-4} siti con la modifica e {2-4} senza. {Measure}: {myafter} contro {mybefore}.",
            "Capisco il dubbio. [Ti rispondo con una data|Il controllo l'abbiamo fatto]: per {3-6} settimane siamo tornati indietro, e i valori [sono tornati a {mybefore}|sono peggiorati subito].",
            "{@} ha ragione su un punto: [senza qualcuno che segue non dura|il primo mese inganna]. Resto però dell'idea che convenga {fix}.",
            "[Mi hai convinto a metà|Forse diciamo la stessa cosa]: {cause} e {cause2} [vanno insieme|si nascondono a vicenda]. Distinguere è facile: {check}.",
            "Ammetto che {a mytown} eravamo [più fortunati|più seguiti] del normale. Però {myafter} [l'ha misurato {otherorg}|non l'abbiamo misurato noi].",
        ),
        (
            "[Comunque, decide chi ci mette i soldi|In ogni caso una prova di un mese costa poco].",
            "[Ne parliamo a «{event}»?|Ci vediamo di persona e ne discutiamo?]",
        ),
    ),
    "pointer": (
        (
            "Segnalo che {otherorg} ha [una linea di prova|un laboratorio aperto|uno sportello] proprio su questo: [chiedete di {weekday}|rispondono in {2-6} giorni].",
            "Nella cartella dei documenti c'è [una scheda di {4-12} pagine|un esempio compilato] {su thing}: [parte dal caso di {mytown}|vale la pena di leggere almeno la tabella finale].",
            "A «{event}», il {soon}, [c'è una sessione|si discute] proprio {su thing}. [Ci vado in treno, chi viene?|Posti limitati].",
            "Guardate {norm}: [la parte sulle prove è più leggibile del previsto|risponde a metà delle domande di questa discussione].",
            "C'è anche il bando «{call}», scadenza {due}: [copre anche le spese per {fix}|finanzia le prove, non gli acquisti]. Per {thing} mi sembra [adatto|tirato, ma possibile].",
            "Ne avevamo parlato [l'anno scorso|in primavera] in un'altra discussione: conclusione, {cause}. Valori di allora: da {mybefore} a {myafter}.",
        ),
        (
            "[Non ho interessi in merito|Lo dico da semplice utente].",
            "Se ci andate in {3-5}, [il viaggio si divide|conviene prenotare].",
            "[Spero sia utile|Buon lavoro.]",
        ),
    ),
    "interim": (
        (
            "Aggiornamento [dopo {8-25} giorni|veloce]: abbiamo deciso di {fix} [su una parte sola|{a town}, per ora]. {Measure}: {interim}. [Piano, ma si muove|Meglio di prima].",
            "[Primi dati|Qualche numero]: abbiamo fatto come diceva {@}. {Measure}: da {before} a {interim}, nei primi giorni.",
            "Abbiamo provato a {fix2}: [niente|pochissimo]. {Measure} {before} prima, {before} dopo. [Una ipotesi in meno|Almeno lo sappiamo].",
            "[Stamattina siamo riusciti a|Finalmente abbiamo potuto] {check}. [Sorpresa|Risultato]: {cause} {cause:conta/contano} più del previsto.",
            "Ieri riunione con {otherorg}: l'idea di {fix} piace, [ma vogliono vedere un mese di dati|e mettono a disposizione una persona].",
        ),
        (
            "[Continuiamo|Vi aggiorno fra {2-5} settimane].",
            "{@}, [grazie: senza il tuo messaggio non ci avrei guardato|avevi visto giusto].",
            "Il prossimo passo è capire se {cause2:c'entra/c'entrano} anche {cause2}.",
        ),
    ),
    "costs": (
        (
            "Per i conti: {a mytown} {fix} ci è costato {2-9}.{100-950} euro più {3-12} giornate nostre. [Ripagato in {9-30} mesi|Non l'abbiamo ancora ripagato].",
            "[Occhio ai costi nascosti|Una voce che nessuno mette in preventivo]: la formazione. Da noi {8-30} ore in tutto per {fix}, più i primi errori.",
            "Abbiamo comprato insieme ad altri {3-6}: il prezzo è sceso del {12-28} per cento e [l'assistenza risponde meglio|il collaudo lo abbiamo fatto una volta sola].",
            "Se per {measure} si passa davvero da {before} a {after}, [il conto è semplice:|con i prezzi di oggi] parliamo di {3-16}.000 euro l'anno. Sopra i {20-45}.000 di spesa io non andrei.",
        ),
        (
            "[Cifre del 20{22-25}, IVA esclusa|Prezzi di due anni fa].",
            "[Chiedete sempre il costo del secondo anno|Fatevi dare due referenze e telefonate].",
        ),
    ),
    "offer": (
        (
            "Se vi va, [passo a vedere|veniamo in due] {weekday}: sono {a mytown}, [{20-70} minuti di strada|ci passo spesso]. Porto quello che serve per {check}.",
            "Per {fix} possiamo darvi una mano per {3-8} settimane, [in cambio dei dati|e poi decidete]: siamo in {2-4} e l'abbiamo già fatto.",
            "[Metto a disposizione|Posso condividere] il nostro foglio {su thing}: {300-900} righe, con {measure} giorno per giorno.",
            "Con {org2} possiamo [ospitare una riunione|fare le misure] fra {nextmonth} e {latermonth}, [senza spese|con un piccolo rimborso].",
        ),
        (
            "[Fatemi sapere qui|Scrivetemi quando vi è comodo].",
            "[Per noi è un caso interessante|Ci serve un confronto con {mytown}].",
        ),
    ),
    "data": (
        (
            "[Metto in tabella|Ho riordinato] i numeri di {mytown}, {measure}:\n\n| Periodo | Valore |\n| --- | --- |\n| {month}, prima | {mybefore} |\n| dopo {4-8} settimane | {myinterim} |\n| dopo {4-9} mesi | {myafter} |\n\n[Tutto merito di un solo intervento: {fix}|In mezzo abbiamo soltanto deciso di {fix}].",
            'Per chi vuole rifare il conto, [ecco lo script|uso queste righe]:\n\n```python\nvalori = ⟦{30-60}, {30-60}, {61-90}, {61-90}, {30-60}⟧\nvalori.sort()\nprint("mediana:", valori⟦len(valori) // 2⟧)\n```\n\nMediana e non media, perché [due giorni storti falsano tutto|con {thing} i valori estremi abbondano].',
            "[Confronto|Riassunto] delle due strade, {su thing}:\n\n| | {Fix} | {Fix2} |\n| --- | --- | --- |\n| Spesa | {2-6}.000 € | {7-15}.000 € |\n| Tempo | {2-3} settimane | {4-9} settimane |\n| Atteso | {myafter} | {myinterim} |\n\nStime mie, [correggete pure|fatte con chi ci lavora].",
        ),
        (
            "[Campione piccolo, lo so|Sono pochi dati, ma meglio di niente].",
            "[Unità e metodo sono gli stessi per tutte le righe|I dati grezzi li mando a chi li chiede].",
        ),
    ),
    "caution": (
        (
            "Un'attenzione: per {fix} [verificate prima|guardate bene] {norm}. {A mytown} ce ne siamo accorti [a lavori finiti|durante il collaudo].",
            "[Non sottovalutate chi ci lavora|Il lato umano conta]: {a mytown} {fix} è partito bene e si è fermato quando [è andata in ferie l'unica persona che lo seguiva|nessuno l'ha spiegato al secondo turno].",
            "Occhio alla misura: se prima era {mybefore} e poi diventa {myafter} [cambiando anche lo strumento|in un'altra stagione], non vale. [Ci siamo cascati|Parlo per esperienza].",
            "[Piccolo avvertimento|Solo una cosa]: {cause} e {cause2} [hanno gli stessi sintomi|si confondono facilmente]. Noi abbiamo perso {2-5} mesi dietro {a cause2}.",
        ),
        (
            "[Meglio saperlo prima|Detto questo, andate avanti].",
            "[Basta scriverlo nel contratto|Una telefonata risolve].",
        ),
    ),
    "short": (
        (
            "{@}, [ottimo spunto|non ci avevo pensato]: {fix}. Lo segno per {weekday}.",
            "[Concordo|D'accordo] con {@}. {Cause} {cause:viene/vengono} prima di tutto il resto.",
            "[Sottoscrivo|+1]: {check}, poi si ragiona. {A mytown} abbiamo imparato così, [a nostre spese|in {2-5} mesi].",
            "[Chiarissimo|Perfetto], {@}. Allora {weekday} proviamo a {fix}.",
            "[Arrivo tardi|Leggo solo ora], ma {su cause} {@} [ha centrato il punto|dice una cosa che da noi {a mytown} nessuno voleva sentire].",
        ),
        ("[Grazie|A presto].",),
    ),
    "wonder": (
        (
            "{@}, {theirafter}? [Complimenti|Che invidia]. {A mytown} siamo ancora a {mybefore}.",
            "Qualcuno ha provato a {fix} [d'inverno|con meno di {3-6} persone]? {A mytown} [è lì che ci blocchiamo|sarebbe il nostro caso].",
            "Domanda per {@}: {fix} regge [anche dopo {6-18} mesi|se cambia il personale]? {A mytown} ci giochiamo [la stagione|il rinnovo del progetto].",
        ),
        (),
    ),
    "thanks": (
        (
            "[Grazie a tutti|Grazie davvero], [molto più di quanto sperassi|in {3-6} giorni ho più idee che in un anno]. {A town} la prima mossa sarà {fix}, [in {nextmonth}|da {weekday}].",
            "Grazie, {@}. [Riassumo|Quello che mi porto via]: prima {check}, poi {fix}; {cause2}, [per ultimo|in coda].",
            "[Messaggio utilissimo|Proprio quello che cercavo], {@}: {cause} non {cause:era/erano} nemmeno nella nostra lista.",
            "Grazie. Porto tutto alla riunione di {weekday} {a town}: con questi numeri sul tavolo [non potranno dire che va bene così|una decisione si prende].",
        ),
        ("[Vi tengo aggiornati|Torno qui con i numeri].", "[Se passate da {town}, il caffè è pagato|A buon rendere]."),
    ),
    "outcome": (
        (
            "[Chiudo il cerchio|Torno con l'esito, come promesso]: {cause:era/erano} {cause}. Abbiamo deciso di {fix} e {measure}: {after}, partivamo da {before}. [Grazie a tutti, a cominciare da {@}|Grazie a chi ha insistito].",
            "Risolto, direi. {Measure}: da {before} a {after}. È servito {fix}, come consigliato qui. [Spesa totale {1-8}.{100-900} euro|Ci sono volute {4-14} settimane].",
            "[Esito|Per chi leggerà in futuro]: {fix} ha funzionato, {fix2} no. {Measure}: {after} [da {5-12} settimane|anche nel mese peggiore].",
            "Ultimo aggiornamento da {town}: siamo a {after} (erano {before}). [Non è perfetto|Resta da capire {cause3}], ma [la discussione per me è chiusa|adesso si lavora tranquilli].",
            "[Missione quasi compiuta|Numeri finali]: {measure} {after}. La prova decisiva è stata {check}; [il resto è venuto da sé|senza, saremmo ancora a litigare].",
        ),
        (
            "Ho messo [la scheda|il riepilogo] fra i documenti della comunità.",
            "[Racconto tutto a «{event}»|Se qualcuno vuole copiare, le porte di {town} sono aperte].",
        ),
    ),
    "norm_reply": (
        (
            "{A mytown} ci hanno chiesto {norm} per {thing} nel 20{22-25}. Abbiamo presentato [tre pagine e un registro|una procedura e {6-12} mesi di dati]: accettato.",
            "La mia lettura: {norm} {norm:chiede/chiedono} di [dimostrare, non di comprare|sapere e documentare]. Se tenete traccia di {measure} e potete {check}, [siete a buon punto|metà è fatta].",
            "[Non è così semplice|Dipende]: se {cause:c'entra/c'entrano} {cause}, l'obbligo [ricade sul fornitore|resta vostro]. {A mytown} l'abbiamo scritto nel contratto.",
            "Chiedete a {otherorg}: [hanno una lista di controllo di {12-30} voci|lo hanno fatto per {4-9} realtà come la vostra], anche per {thing}.",
            "[Un caso concreto|Esempio]: da noi il verificatore ha voluto vedere {measure} degli ultimi {6-18} mesi. Con {mybefore} ha chiesto un piano; abbiamo scritto «{fix}» con una data, [ed è bastato|e una firma].",
        ),
        (
            "[Vale per il nostro caso|Non sono un legale], prendetelo come esperienza.",
            "[Fatevelo confermare per iscritto|Tenete copia di tutto].",
        ),
    ),
    "call_join": (
        (
            "[Interessati, da {mytown}|Da {mytown} ci siamo]. Portiamo [un sito di prova|{2-5} persone e un po' di storia] {su thing}; {measure}, qui: {mybefore}.",
            "[Idea buona|Bella proposta]. Una domanda: {fix} è già deciso, o c'è spazio per {fix2}? [{A mytown} servirebbe la seconda|Cambia chi coinvolgiamo].",
            "Da {mytown} possiamo occuparci della parte di misura: {check}. [Lo facciamo già per {otherorg}|Ci serve però qualcuno che coordini].",
            "[Attenzione|Nota pratica]: «{call}» chiede [almeno {2-4} partner di categorie diverse|il {30-50} per cento di cofinanziamento]. {Otherorg} [potrebbe entrare|l'anno scorso l'ha fatto].",
            "L'obiettivo di {after} mi sembra [ambizioso|onesto]. {A mytown}, partendo da {mybefore}, in un anno siamo arrivati a {myinterim}.",
        ),
        (
            "[{Weekday} alle {9-17} va bene|Per la chiamata ci sono].",
            "[Mandate la bozza|Leggo volentieri le due pagine].",
        ),
    ),
    "call_owner": (
        (
            "[Benissimo|Ottimo], {@}: siete dentro. Mando la bozza entro {weekday}; la parte su come {fix} [è ancora bianca|la scriviamo insieme].",
            "Aggiornamento: siamo in {4-7}. Restano da trovare [chi misura|un ente pubblico|una piccola impresa] e {8-24}.000 euro di cofinanziamento per {thing}.",
            "Rispondo a {@}: {fix} è l'ipotesi di partenza, ma [se i dati dicono altro si cambia|{fix2} può entrare come confronto].",
            "[Spedita|Presentata] ieri, {2-9} ore prima della scadenza. Numero di pagine: {28-60}. [Caffè: non contati|Ora si aspetta]. Obiettivo scritto: {measure} a {after}.",
        ),
        ("[Verbale fra i documenti|Grazie a chi ha riletto].",),
    ),
    "thesis_offer": (
        (
            "[Vieni da noi|Ti ospitiamo volentieri]: {a mytown} abbiamo {6-30} mesi di dati su {measure} (ultimo valore {mybefore}). [Nessuno li ha mai guardati sul serio|Sono su carta, ti avviso].",
            "[Bella domanda|Tema utile]. Ti consiglio di restringere: {cause} oppure {cause2}, [non tutte e due|altrimenti non finisci]. E parla con {otherorg}.",
            "Ti posso raccontare il caso di {mytown}: abbiamo cercato di {fix}. {Measure}: {mybefore} prima, {myafter} dopo. [Con qualche incidente|Il perché sarebbe una buona tesi].",
            "Da noi {a mytown} [un'intervista di un'ora|una visita] si può fare {weekday}. Porta una domanda precisa {su thing}, [non un questionario di {20-40} pagine|le generiche le abbiamo già sentite].",
        ),
        (
            "[In bocca al lupo|Poi però torna a raccontarcelo].",
            "[Serve una liberatoria, te la mando|I dati vanno resi anonimi].",
        ),
    ),
    "thesis_owner": (
        (
            "[Grazie mille|Che accoglienza], {@}! {Weekday} prossimo andrebbe benissimo. Preparo {5-9} domande {su cause} e {measure}.",
            "Ho seguito il consiglio di {@} e ristretto la domanda: quanto {cause:conta/contano} {cause} a parità del resto. Ora mi servono altri {2-4} casi.",
            "Prima bozza dei risultati: su {4-9} casi, {measure} {measure:passa/passano} in media da {before} a {interim}. [Meno di quanto pensassi|Il relatore è contento]; {cause} {cause:spiega/spiegano} circa metà.",
            "Discussa {weekday}! [Voto: non lo scrivo, ma sono contenti a casa|È andata]. Il capitolo sul caso di {town} è fra i documenti. Conclusione in una riga: {fix}.",
        ),
        ("[Grazie ancora|Vi devo una torta].",),
    ),
}

# Added to what would otherwise say little that is its own.
DETAILS = (
    "Prossimo controllo il {soon}, [verso le {8-17}|in {2-6}]: porto {2-9} domande.",
    "Se ne riparla il {soon} {a mytown}, [ore {9-18}|con {3-12} persone].",
    "Ho in mano {12-39} fogli di {month}: [li riguardo con questa idea in testa|{2-9} li rifarei da capo].",
    "La nostra prova più lunga è durata {3-29} settimane, da {month}, con {2-8} interruzioni.",
    "[Nota a margine|Per onestà]: {su thing} {a mytown} lavoriamo in {2-9}, {4-30} ore a settimana in tutto.",
    "Qui l'ultima misura è del {3-28} {month}, fatta in {2-5} e ripetuta {2-9} volte.",
    "[Per dare un'idea|Per contesto]: {a mytown} siamo in {4-48} e la cosa ci occupa {2-15} ore alla settimana.",
    "Ne abbiamo parlato {weekday} con {otherorg}: {3-14} persone, {35-120} minuti, [opinioni divise|quasi tutti d'accordo].",
    "Il nostro registro parte da {month} 20{15-24} e ha {110-980} righe, [se può servire|per ora].",
    "{A mytown} ne discutiamo da {month}, [in {3-9} riunioni|con {3-9} versioni dello stesso foglio] e {2-5} verbali.",
    "[Lo dico dopo|Parlo con alle spalle] {3-28} anni di lavoro e {2-19} casi visti fra {mytown} e dintorni.",
    "[Domani|Questa settimana|Fra {2-9} giorni] riguardo i dati di {mytown}: {20-95} misure, {2-12} da scartare.",
    "Per chi conta le ore: {a mytown} ci abbiamo messo {5-60} ore in {2-11} settimane.",
    "L'ultima volta, {a mytown} in {month}, [bastarono|ci vollero] {2-9} persone e {25-180} euro di materiale.",
    "[Fonte|Da dove lo so]: una visita {a mytown} nel 20{17-25}, {2-6} ore e {8-40} foto.",
    "Con {otherorg} ci sentiamo ogni {2-8} settimane; [l'ultima volta|in {month}] portammo {3-30} schede di {mytown}.",
)
TOUCHES = (
    "[Scusate la lunghezza|Scritto dal telefono, perdonate gli errori].",
    "[Domani sono in ferie|Questa settimana siamo in consegna], rispondo [dopo|appena posso].",
    "[Il mio capo dice che sono troppo ottimista, vedremo|In ufficio ormai mi prendono in giro].",
    "[Qui nevica e non si lavora|Qui piove da {4-9} giorni], quindi ho tempo di scrivere.",
    "[Buona giornata a tutti|Buon fine settimana].",
)
CALENDAR = (
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
)
MONTHS = ("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "settembre", "ottobre", "novembre")
WEEKDAYS = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì")
CALLS = (
    "Filiere in prova",
    "Voucher misura",
    "Laboratori di valle",
    "Altariva sperimenta",
    "Imprese e ricerca insieme",
    "Piccole prove, grandi scale",
    "Comuni che innovano",
    "Transizione in officina",
)
EVENTS = (
    "Giornata della misura",
    "Porte aperte in laboratorio",
    "Colazione tecnica",
    "Fiera delle soluzioni",
    "Officina dei dati",
    "Il martedì delle prove",
    "Forum di Pianmura",
)
