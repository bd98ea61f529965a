# SPDX-License-Identifier: EUPL-1.2
"""Names of bodies: readable for people, comparable for matching, and what a name openly says about its bearer.

Sources write names in capitals and without accents. `readable` restores what is certain (legal forms, particles,
Italian accents of a few words, acronyms that show themselves) and nothing else; the source's spelling is always kept
beside it. `legal_kind` and `helix_role` rest on words that state a thing ("S.r.l.", "Comune di …", "gGmbH"), never on
a guess; docs/how-to/import-cordis.md lists them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from filanda.directory.organisations.models import HelixRole, LegalKind
from filanda.kernel.text.folding import fold

__all__ = ["best_spelling", "comparable", "helix_role", "is_legal_form", "legal_kind", "readable", "words_of"]

# Legal forms: folded spelling without blanks -> how it is written.
_ITALIAN_FORMS = {
    "spa": "S.p.A.",
    "srl": "S.r.l.",
    "srls": "S.r.l.s.",
    "snc": "S.n.c.",
    "sas": "S.a.s.",
    "sapa": "S.a.p.A.",
    "scarl": "S.c.a r.l.",
    "scrl": "S.c.r.l.",
    "scpa": "S.c.p.A.",
}
_OTHER_FORMS = {
    "gmbh": "GmbH",
    "ggmbh": "gGmbH",
    "mbh": "mbH",
    "ev": "e.V.",
    "ltd": "Ltd",
    "inc": "Inc.",
    "llc": "LLC",
    "llp": "LLP",
    "plc": "plc",
    "kft": "Kft.",
    "zrt": "Zrt.",
    "nyrt": "Nyrt.",
    "doo": "d.o.o.",
    "sro": "s.r.o.",
    "aps": "ApS",
    "spzoo": "sp. z o.o.",
    "sarl": "SARL",
    "sprl": "SPRL",
    "bvba": "BVBA",
    "asbl": "ASBL",
    "aisbl": "AISBL",
    "sasu": "SASU",
    "eood": "EOOD",
    "ood": "OOD",
    "uab": "UAB",
    "oyj": "Oyj",
    "oy": "Oy",
    "spol": "spol.",
}
_CAPITAL_FORMS = {
    "ag",
    "sa",
    "sl",
    "slu",
    "slne",
    "sau",
    "bv",
    "nv",
    "ab",
    "as",
    "asa",
    "kg",
    "se",
    "ad",
    "sgps",
    "lda",
}
_SPELT_OUT = [
    (re.compile(r"\bsocieta consortile a responsabilita limitata\b|\bsocieta consortile arl\b"), "scarl"),
    (re.compile(r"\bsoc(?:ieta)? cons(?:ortile)? a r l\b"), "scarl"),
    (re.compile(r"\bsocieta a responsabilita limitata\b"), "srl"),
    (re.compile(r"\bsocieta per azioni$"), "spa"),
    (re.compile(r"\blimited$"), "ltd"),
]
_SPACED_FORMS = re.compile(
    r"\b(?:s p a|s r l s|s r l|s n c|s a s|s c a r l|s c r l|s c p a|e v|a g|b v|n v|s a"
    r"|d o o)\b"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Italian, English, French, German, Spanish, Portuguese, Dutch.
_PARTICLES = _words(
    """di del della delle dello dei degli da dal dalla dai e ed in per a al alla alle allo ai con su sul sulla nel
    nella la lo le il i gli un of and the for at on de des du les et pour aux sur en der die das und zur zum von
    fur fuer an y el los las do dos van den het voor"""
)
_ELIDED = _words("""dell nell sull all dall d l un""")
_ACCENTED = {
    "universita": "Università",
    "societa": "Società",
    "citta": "Città",
    "facolta": "Facoltà",
    "attivita": "Attività",
    "qualita": "Qualità",
    "mobilita": "Mobilità",
    "comunita": "Comunità",
    "sanita": "Sanità",
    "autorita": "Autorità",
    "competitivita": "Competitività",
    "sostenibilita": "Sostenibilità",
    "responsabilita": "Responsabilità",
}
# Acronyms that are read as words, so nothing in their letters shows what they are.
_ACRONYMS = _words(
    """irccs cnr enea cern ibm cnao liuc ifom firc airc aou asl ulss asst ats onlus ict iit infn ispra inaf ingv
    crea cira csic cnrs inria inserm inra cea vtt tno dlr imec cefriel cestec ucimu cgm cnos arpa sea fnm atm
    a2a lipu usl ao ue eu uk usa ipcb ismb rse isico tre cbn abb aon sap bmw"""
)
_SHORT_WORDS = _words(
    """air alp art bar bay bio blu bus box car cat che cie com cop dan day dea don dry due duo eco ego era est eva
    fox fun gas geo hub ice ida ideo ion ivy jet job key kit lab law leo lux mar max med mia mio mix new nord
    nov oil ora oro out own pan per pet pin pop ray red rio sea sei sky son spa sud sun tea tec ten tin top tre
    tri uno van via vin vis vita war web win you zen san sto rue roi ile eau mer cap col bad ost ali sul ing lea
    una our its lu ve co re lo la si se ca dal dio eni far non off oxi sua"""
)


@functools.lru_cache(maxsize=65536)
def words_of(name: str) -> str:
    """`name` folded, with legal forms and runs of single letters joined: "C.T.G. S.p.A." -> "ctg spa"."""
    folded = fold(name.replace("&", " e "))
    for pattern, form in _SPELT_OUT:
        folded = pattern.sub(form, folded)
    folded = _SPACED_FORMS.sub(lambda form: form[0].replace(" ", ""), folded)
    return re.sub(r"\b(?:[a-z0-9] )+[a-z0-9]\b", lambda run: run[0].replace(" ", ""), folded)


def is_legal_form(word: str) -> bool:
    """Whether a word of `words_of` is a legal form ("srl", "gmbh")."""
    return word in _ITALIAN_FORMS or word in _OTHER_FORMS or word in _CAPITAL_FORMS


def comparable(name: str, country: str = "") -> str:
    """The key by which two spellings are the same: letters and digits only, legal form included.

    Word boundaries, punctuation, accents and capitals do not count; ae, oe, ue count as their umlauts in German.
    """
    key = words_of(name).replace(" ", "")
    if country in {"DE", "AT", "CH"}:
        key = key.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return key


@functools.lru_cache(maxsize=65536)
def readable(name: str, country: str = "", short_name: str = "") -> str:
    """`name` in ordinary case: "UNIVERSITA' DEGLI STUDI DELL'INSUBRIA" -> "Università degli Studi dell'Insubria".

    A name that is not all capitals is left as it is, apart from blanks. short_name: tokens in mixed case there show how
    they are written ("Fraunhofer", "3rdPLACE"); short ones in capitals there are taken for acronyms.
    """
    name = " ".join(name.split()).rstrip("*").strip()
    tokens = _split_forms(name, country)
    if not _is_shouted(" ".join(token for token in tokens if token.rstrip(",") not in _WRITTEN_FORMS)):
        return " ".join(tokens)
    shown = {fold(token): token for token in re.findall(r"\w+", short_name) if not token.islower()}
    initials = "".join(token[0] for token in tokens if token[:1].isalpha() and token.lower() not in _PARTICLES).lower()
    result = []
    for index, token in enumerate(tokens):
        beside = {len(other) for other in (*tokens[max(0, index - 1) : index], *tokens[index + 1 : index + 2])}
        is_spelt = len(token) == 1 and 1 in beside  # one of the letters of T R E
        is_form = token.rstrip(",") in _WRITTEN_FORMS
        keeps = is_form or is_spelt
        result.append(token if keeps else _word(token, country, shown, initials, is_first=not index))
    return re.sub(r"\s+([,;:)])", r"\1", " ".join(result))


_WRITTEN_FORMS = frozenset(_ITALIAN_FORMS.values()) | frozenset(_OTHER_FORMS.values())
_WRITTEN = {"stmicroelectronics": "STMicroelectronics", "mckenzie": "McKenzie", "mckinsey": "McKinsey", "arl": "a r.l."}
_ROMAN = re.compile(r"[ivx]{2,6}|xl|xc")


def _is_shouted(name: str) -> bool:
    letters = [character for character in name if character.isalpha()]
    lower = sum(character.islower() for character in letters)
    return bool(letters) and (lower == 0 or (lower <= 3 and lower < len(letters) / 8))


def _split_forms(name: str, country: str) -> list[str]:
    """Tokens of `name`, with a legal form ("S P A", "S.R.L.") as one token in its written form."""
    forms = dict(_OTHER_FORMS)
    if country in {"IT", "SM", ""}:
        forms |= _ITALIAN_FORMS
    tokens = name.split(" ")
    result: list[str] = []
    index = 0
    while index < len(tokens):
        for length in (4, 3, 2, 1):
            chunk = tokens[index : index + length]
            if index == 0 or len(chunk) < length or (length > 1 and any(len(part) > 3 for part in chunk)):
                continue
            squeezed = re.sub(r"[^a-z]", "", "".join(chunk).lower())
            if squeezed in forms and (length > 1 or not (len(squeezed) == 2 and index < len(tokens) - 1)):
                tail = "," if chunk[-1].endswith(",") else ""
                result.append(forms[squeezed] + tail)
                index += length
                break
        else:
            result.append(tokens[index])
            index += 1
    return result


def _word(token: str, country: str, shown: dict[str, str], initials: str, *, is_first: bool) -> str:
    """One token in ordinary case, with what stands around and inside it (brackets, hyphens, apostrophes)."""
    parts = re.split(r"([\W_]+)", token)
    in_brackets = token.startswith("(") and token.rstrip(",.;").endswith(")")
    if re.fullmatch(r"(?:\w{1,3}\.){2,}\w{0,3},?", token):  # A.L.P.A., CE.S.I.
        return token
    result = []
    for index, part in enumerate(parts):
        if index % 2 or not part:
            result.append(part)
            continue
        following = parts[index + 1] if index + 1 < len(parts) else ""
        folded = fold(part)
        if following.startswith(("'", "’")):
            if folded in _ELIDED and index + 2 < len(parts) and parts[index + 2]:
                result.append(part.capitalize() if is_first and not index else part.lower())
                continue
            if (
                folded in _ACCENTED
                and country in {"IT", ""}
                and not (parts[index + 2] if index + 2 < len(parts) else "")
            ):
                result.append(_ACCENTED[folded])
                parts[index + 1] = following[1:]
                continue
        result.append(_simple(part, folded, country, shown, initials, in_brackets, is_first and not index))
    return "".join(result)


def _simple(
    part: str, folded: str, country: str, shown: dict[str, str], initials: str, in_brackets: bool, is_first: bool
) -> str:
    is_known = folded in shown
    if is_known and not shown[folded].isupper():
        return shown[folded]
    if folded in _WRITTEN:
        return _WRITTEN[folded]
    if folded in _PARTICLES and not is_first:
        return part.lower()
    if folded in _ACCENTED and country in {"IT", ""}:
        return _ACCENTED[folded]
    if _is_acronym(part, folded, is_known, initials, in_brackets):
        return part
    return part[:1] + part[1:].lower()


def _is_acronym(part: str, folded: str, is_known: bool, initials: str, in_brackets: bool) -> bool:
    if (
        _ROMAN.fullmatch(folded)
        or len(folded) == 1
        or folded in _ACRONYMS
        or folded in _CAPITAL_FORMS
        or any(c.isdigit() for c in part)
    ):
        return True
    if folded in _SHORT_WORDS or folded in _PARTICLES:
        return False
    if not re.search(r"[aeiouy]", folded) or len(folded) <= 3:
        return True
    if in_brackets and len(folded) <= 6:
        return True
    return len(folded) <= 6 and (folded in initials or (is_known and len(folded) <= 4))


def best_spelling(spellings: Iterable[str]) -> str:
    """The spelling to show: one in ordinary case before capitals, then with punctuation, then the longest."""
    return max(
        dict.fromkeys(spellings),
        key=lambda name: (not _is_shouted(name), bool(re.search(r"[-.,'’()]", name)), len(name), name),
    )


_COMPANY = re.compile(r"\b(?:spa|srl|srls|snc|sas|sapa)(?: di .*)?$|\b(?:spa|srl|srls|snc|sapa)\b")
_COMPANY_ABROAD = re.compile(
    r"\b(?:gmbh|mbh|ag|ltd|plc|inc|llc|llp|sarl|sas|sasu|sa|sl|slu|sau|bv|nv|oy|oyj|ab|as|asa|aps|kft|zrt|nyrt"
    r"|doo|sro|spzoo"
    r"|spol|sprl|bvba|lda|ood|eood|ad|uab|sia|ou|kg|se|societe anonyme|sociedad anonima|aktiebolag)$"
)
_NOT_COMPANY = re.compile(r"\b(?:ggmbh|gemeinnutzige)\b")
_HEALTH = re.compile(
    r"\b(?:azienda (?:socio )?(?:ospedaliera|sanitaria|usl|ulss)|azienda ospedaliero|azienda unita|ospedale"
    r"|ospedali|irccs"
    r"|policlinico|asst|hospital|hospitals|hopital|hopitaux|hospices civils|hospitalier|klinikum|universitatsklinikum"
    r"|krankenhaus|casa di cura|nhs|agenzia regionale emergenza|azienda regionale emergenza|istituto ortopedico"
    r"|istituto europeo di oncologia|istituto nazionale dei tumori|sjukhus|ziekenhuis|health service executive)\b"
)
_HEALTH_FIRST = re.compile(
    r"^(?:ospedale|casa di cura|istituto ortopedico|istituto europeo di oncologia|irccs|hospital)\b"
)
_UNIVERSITY = re.compile(
    r"\b(?:universita|university|universitat|universite|universitaet|universidad|universidade|universitet"
    r"|universiteit"
    r"|universitatea|univerzita|univerza|universitas|uniwersytet|universitetet|universitair|politecnico|politechnika"
    r"|politecnica|polytechnic|polytechnique|hochschule|fachhochschule|yliopisto|egyetem|technion|panepistimio"
    r"|panepistimion|ecole (?:normale|polytechnique|centrale|nationale|superieure)|scuola superiore|scuola normale"
    r"|accademia di belle arti|university college)\b"
)
_NOT_UNIVERSITY = re.compile(
    r"\b(?:press|hospital|spin off|spinoff|federation|association|network|consorzio|consortium)\b"
)
_PUBLIC = re.compile(
    r"^(?:comune di|citta metropolitana|citta di|provincia di|provincia autonoma|regione|ministero|ministerio"
    r"|ministerul"
    r"|ministere|ministry|ministerstvo|bundesministerium|camera di commercio"
    r"|unione regionale delle camere di commercio"
    r"|municipality of|municipio de|ayuntamiento|commune de|ville de|stadt|city of|city council"
    r"|comunidad (?:autonoma|de)"
    r"|landkreis|region|rijkswaterstaat|prefettura|agenzia delle|azienda regionale|istituto zooprofilattico|arpa"
    r"|presidenza del consiglio|istituto superiore di sanita|county council|generalitat|junta de)\b"
)
_NOT_PUBLIC = re.compile(
    r"^(?:provincia .*ordine|region(?:al|s)? .*\b(?:association|network|cluster))\b|\bordine ospedaliero\b"
    r"|ordineospedaliero"
)
_FOUNDATION = re.compile(
    r"^(?:fondazione|fundacion|fundacio|fundacao|fundacja|foundation|fondation|stiftung|stichting)\b"
    r"|\bfoundation$|\bstiftung$"
)
_ASSOCIATION = re.compile(
    r"\b(?:associazione|association|associacao|asociacion|associacio|federazione|federation|confederazione"
    r"|confederation"
    r"|onlus|aps|ets|ev|asbl|aisbl|verein|verband|confindustria|unione (?:industriali|degli industriali)|ngo"
    r"|ordine ospedaliero"
    r"|ordineospedaliero|societa scientifica|stowarzyszenie)\b"
)
_CONSORTIUM = re.compile(
    r"\b(?:consorzio|consortium|scarl|scrl|scpa|societa consortile|cluster|distretto tecnologico|gie)\b"
)
_COOPERATIVE = re.compile(r"\b(?:cooperativa|cooperative|coop|sociedad cooperativa|genossenschaft)\b")
_RESEARCH = re.compile(
    r"\b(?:consiglio nazionale delle ricerche|istituto di ricerc\w+|centro (?:di )?ricerc\w+"
    r"|research (?:institute|centre|center"
    r"|council)|fraunhofer|max planck|centre national de la recherche|institut national de (?:la )?(?:recherche"
    r"|sante)"
    r"|consejo superior de ?investigaciones|forschungszentrum|forschungsinstitut"
    r"|istituto nazionale di (?:fisica|astrofisica)"
    r"|stazion[ei] sperimental[ei])\b"
)
_SOLE_TRADER = re.compile(r"\b(?:ditta individuale|impresa individuale|sole trader|einzelunternehmen|eenmanszaak)\b")
_BUSINESS_ASSOCIATION = re.compile(
    r"\b(?:confindustria|industrial[ei]|industriali|imprese|impresa|artigianato|costruttori|commercio"
    r"|industries|industry"
    r"|industria|manufacturers|employers|enterprises|ucimu)\b"
)


@functools.lru_cache(maxsize=65536)
def legal_kind(name: str, country: str = "", activity: str = "") -> LegalKind:
    """What the words of `name`, else the source's `activity` (HES, REC, PRC, PUB, OTH), state. Else unknown."""
    words = words_of(name)
    is_italian = country in {"IT", "SM", ""}
    is_company = bool((_COMPANY if is_italian else _COMPANY_ABROAD).search(words)) and not _NOT_COMPANY.search(words)
    if _SOLE_TRADER.search(words):
        return LegalKind.SOLE_TRADER
    if (_HEALTH.search(words) and not is_company) or _HEALTH_FIRST.search(words):
        return LegalKind.HEALTH_BODY
    if _FOUNDATION.search(words):
        return LegalKind.FOUNDATION
    if _CONSORTIUM.search(words) and not is_company:
        return LegalKind.CONSORTIUM
    if _COOPERATIVE.search(words):
        return LegalKind.COOPERATIVE
    if is_company:
        return LegalKind.COMPANY
    if _PUBLIC.search(words) and not _NOT_PUBLIC.search(words):
        return LegalKind.PUBLIC_BODY
    if _UNIVERSITY.search(words) and not _NOT_UNIVERSITY.search(words):
        return LegalKind.UNIVERSITY
    if _ASSOCIATION.search(words):
        return LegalKind.ASSOCIATION
    if _RESEARCH.search(words):
        return LegalKind.RESEARCH_BODY
    by_activity = {
        "HES": LegalKind.UNIVERSITY,
        "REC": LegalKind.RESEARCH_BODY,
        "PRC": LegalKind.OTHER if words.startswith("studio ") else LegalKind.COMPANY,
        "PUB": LegalKind.PUBLIC_BODY,
    }
    return by_activity.get(activity, LegalKind.UNKNOWN)


_ROLE_OF_ACTIVITY = {
    "HES": HelixRole.ACADEMIA,
    "REC": HelixRole.ACADEMIA,
    "PRC": HelixRole.INDUSTRY,
    "PUB": HelixRole.GOVERNMENT,
}
_ROLE_OF_KIND = {
    LegalKind.COMPANY: HelixRole.INDUSTRY,
    LegalKind.SOLE_TRADER: HelixRole.INDUSTRY,
    LegalKind.UNIVERSITY: HelixRole.ACADEMIA,
    LegalKind.RESEARCH_BODY: HelixRole.ACADEMIA,
    LegalKind.PUBLIC_BODY: HelixRole.GOVERNMENT,
    LegalKind.ASSOCIATION: HelixRole.CIVIL_SOCIETY,
}
_PUBLIC_HEALTH = re.compile(r"^(?!.*\b(?:fondazione|associazione)\b).*\b(?:azienda|asst|nhs|agenzia)\b")


@functools.lru_cache(maxsize=65536)
def helix_role(name: str, country: str = "", activity: str = "") -> HelixRole:
    """The role that CORDIS states (`activity`), else the one that the name's own words state, else unknown.

    HES and REC are academia, PRC industry, PUB government. OTH and an empty cell say nothing, so the name's legal form
    speaks where it can: companies industry, universities and research bodies academia, public bodies and public health
    authorities government, associations, social cooperatives and foundations civil society, business associations
    industry. What remains is unknown.
    """
    if activity in _ROLE_OF_ACTIVITY:
        return _ROLE_OF_ACTIVITY[activity]
    kind = legal_kind(name, country)
    words = words_of(name)
    if kind == LegalKind.ASSOCIATION and _BUSINESS_ASSOCIATION.search(words):
        return HelixRole.INDUSTRY
    if kind == LegalKind.HEALTH_BODY:
        return HelixRole.GOVERNMENT if _PUBLIC_HEALTH.search(words) else HelixRole.UNKNOWN
    if kind == LegalKind.FOUNDATION:
        return HelixRole.CIVIL_SOCIETY if activity == "OTH" else HelixRole.UNKNOWN
    if kind == LegalKind.COOPERATIVE:
        return HelixRole.CIVIL_SOCIETY if re.search(r"\b(?:social[ei]|onlus)\b", words) else HelixRole.INDUSTRY
    return _ROLE_OF_KIND.get(kind, HelixRole.UNKNOWN)
