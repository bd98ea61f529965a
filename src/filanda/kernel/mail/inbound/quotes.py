# SPDX-License-Identifier: EUPL-1.2
"""What somebody wrote in an answer, apart from what their mail program added: quotes, the line above them, signatures.

Our own, read by lines and in linear time. mail-parser-reply 1.36, quotequail 0.5.4 and email-reply-parser 0.5.12 were
tried on tests/kernel/mail/replies: they get 25, 5 and 16 of the 40 with a text part right, keep no answer below or
between quotes, lose indentation, and the first takes 7 s for a hostile text of 15 kB.
"""

from __future__ import annotations

import re

__all__ = ["own_words"]

_QUOTED = re.compile(r"\s{0,3}>")
# "On …, Forum wrote:" may be folded into several lines.
_FOLDED = 4
_WROTE = re.compile(
    r"(?:wrote|writes|ha scritto|scrive|scritto|a écrit|schrieb|escribió|escreveu)\b.{0,160}:\s*$", re.IGNORECASE
)
_BEGINS = re.compile(
    r"(?:on|il|in data|le|am|el|em|at|\d+|(?:lun|mar|mer|gio|ven|sab|dom|mon|tue|wed|thu|fri|sat|sun)\w{0,7})\b",
    re.IGNORECASE,
)
# Without a day, or an address and a year, it is a sentence of the writer's own.
_WHEN = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b|\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d{2}\b")
_ORIGINAL = re.compile(
    r"[\s*]*-{2,}\s*(?:original message|original appointment|forwarded message|messaggio originale|"
    r"messaggio inoltrato|messaggio inoltrato originale|message d'origine|message original|"
    r"ursprüngliche nachricht|mensaje original)\s*-{2,}[\s*]*$|>>> .{1,200} >>>$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"[*\s]{0,6}(from|da|de|von|sent|inviato|date|data|gesendet|envoyé|to|a|an|à|cc|subject|oggetto|betreff|objet)\s?:"
    r"[*\s]",
    re.IGNORECASE,
)
_FIRST_HEADERS = frozenset({"from", "da", "de", "von", "gesendet"})
_RULE = re.compile(r"\s*[_]{8,}\s*$")
_SIGNATURE = re.compile(r"-- ?$")
_DEVICE = (
    r"(?:iphone|ipad|android|outlook|yahoo|libero|mail\b|smartphone|posta\b|tablet|gmail|\[?proton|dispositivo|samsung|"
    r"galaxy|huawei|honor\b|xiaomi|oppo\b|motorola|telefon|cellulare|mymail|aol\b|virgilio|tiscali|thunderbird|bluemail|"
    r"phone|mobile|app\b)"
)
_SENT_WITH = re.compile(
    r"[\s*_\[(]*(?:"
    rf"sent from (?:my |a (?:mobile|phone|smartphone)|the new outlook|{_DEVICE})|sent (?:with|via) |get outlook for|"
    r"sent (?:on the go|on the move|while on the move|by mobile)\b|(?:please )?(?:excuse|forgive) (?:any |the |my )?"
    r"(?:typos|brevity|spelling)|"
    rf"(?:inviat|spedit|scritt)[oa] da(?:l mio |lla mia |i miei )|"
    rf"(?:inviat|spedit|scritt)[oa] d(?:a |al |alla |allo |all['’]|ai ){_DEVICE}|"
    r"yahoo mail: |"
    r"inviat[oa] (?:con|tramite) |ottieni outlook per|scarica outlook per|"
    r"envoyé (?:de|depuis) mon |(?:gesendet )?von meinem .{1,40}(?: gesendet|$)|mobil gesendet|"
    r"diese nachricht wurde von meinem .{1,40} gesendet|enviad[oa] desde mi |enviado do meu )"
    r".{0,160}$",
    re.IGNORECASE,
)
# A line that takes leave, alone; what follows it with a telephone number or an e-mail address in it is a signature.
_LEAVE = re.compile(
    r"[\s*_]*(?:(?:grazie|thanks|thank you)[\w ]{0,12}[,.!;–-]?\s*(?:e\s|and\s)?\s*)?"
    r"(?:(?:(?:i più |i |un |tanti |molti |con i |con )?(?:cordiali|distinti|migliori|cari|caro|cordiale)\s)?salut[oi]|"
    r"cordialmente|cordialità|a presto|buon(?:a|o)? (?:giornata|serata|lavoro)|grazie(?: mille)?|"
    r"(?:(?:best|kind|kindest|warm|many|with best|with kind)\s)?regards|best(?: wishes)?|all the best|cheers|"
    r"(?:yours )?(?:sincerely|faithfully)|(?:many )?thanks|thank you|mit freundlichen grüßen|viele grüße|"
    r"(?:bien )?cordialement|saludos|un saludo)"
    r"(?: a tutt[ie]| to all| tutti| in anticipo| in advance)?[\s*_,.!;–-]*$",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?:\+|\b00)\d[\d ./()-]{6,20}|"
    r"\b(?:tel|cell?|mob|phone|ph|fax|telefono|cellulare|mobile|t|m)\b[.: ]{1,4}\(?\+?\d[\d ./()-]{5,20}|"
    r"[^\s@<>]{1,64}@[\w-]{1,63}\.[\w.-]{2,60}",
    re.IGNORECASE,
)
_NO_CONTACTS = ("p.s", "ps:", "ps ", "- ", "* ", "http")
_SIGNATURE_LINES, _SIGNATURE_WIDTH = 12, 90
# What firms and scanners put below everything, with or without a rule above it.
_NOTICE = re.compile(
    r"[\s*_]*(?:"
    r"(?-i:(?:AVVISO|CLAUSOLA|NOTA) DI RISERVATEZZA|CONFIDENTIALITY NOTICE|LEGAL DISCLAIMER)\b|"
    r"(?:(?:avviso|clausola|nota) di riservatezza|confidentiality notice|legal disclaimer)[:.]?[\s*]*$|"
    r"(?:le|tutte le) informazioni (?:contenute|trasmesse) (?:in questo|nel presente|in questa|nella presente) "
    r"(?:messaggio|e-?mail|comunicazione)|"
    r"(?:questo|il presente) messaggio (?:e i suoi allegati |di posta elettronica |e gli eventuali allegati |, )?"
    r"(?:è|sono|contiene|può contenere|possono contenere) "
    r"(?:informazioni )?(?:strettamente )?(?:riservat|confidenzial)|"
    r"(?:this|the) (?:e-?mail|message|communication)(?: and any (?:attachments?|files)(?: transmitted with it)?)? "
    r"(?:is|are|may be|may contain|contains?) (?:strictly )?(?:confidential|privileged|intended (?:only|solely))|"
    r"(?:questa e-?mail è stata|this e-?mail has been) (?:controllata|esaminata|checked|scanned)|"
    r"(?:privo di virus|virus-free)\. ?(?:www|<?http)"
    r")",
    re.IGNORECASE,
)
_RULE_OF_NOTICE = re.compile(r"\s*[-_*=]{3,}\s*$")
# "On …, Forum <reply+…> wrote: and then the message", in one line; or who wrote first, and then when.
_IN_A_LINE = re.compile(
    r"\s*(?:on|il)\b[^\n]{1,160}\+[a-z2-7]{24,60}@[^\s>]{1,200}>?,?\s{1,3}(?:wrote|ha scritto):", re.IGNORECASE
)
_WHO_FIRST = re.compile(
    r"[^\n<]{1,80}<[^\s<>]{1,300}@[^\s<>]{1,200}>\s(?:wrote|ha scritto)\b[^\n]{0,80}:$", re.IGNORECASE
)
_UNSEEN = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")


def own_words(text: str) -> str:
    """`text` without quotes, what introduces them, and the signature; lines keep their indentation. What names no way
    to reach somebody, such as a name and an office below the last words, stays: it may be what was meant.

    An answer above the quote, or below it, is left alone with its words; in one written between pieces of the quote,
    the paragraph before each answer stays, as a quote: the answer would make no sense without.
    """
    lines = [_UNSEEN.sub("", line).replace("\xa0", " ").rstrip() for line in text.splitlines()]
    lines = _without_rest(lines)
    lines = _without_introductions(lines)
    lines = _without_signature(lines)
    return _joined(_with_needed_quotes(lines))


def _without_rest(lines: list[str]) -> list[str]:
    """Up to where an earlier message follows unquoted, to the end: Outlook and telephones."""
    is_code = False
    for at, line in enumerate(lines):
        if _FENCE.match(line):
            is_code = not is_code
        if is_code:
            continue
        if (
            _ORIGINAL.match(line)
            or _is_header_block(lines, at)
            or (_IN_A_LINE.match(line[:600]) and not _is_quoted_after(lines, at + 1))
        ):
            end = at
            while end and (not lines[end - 1].strip() or _RULE.match(lines[end - 1])):
                end -= 1
            return lines[:end]
        # "On …, Forum wrote:" and then the message as it is. With nothing above it, it stays: better too much.
        end = _introduction(lines, at)
        if end and not _is_quoted_after(lines, end) and any(words and not _QUOTED.match(words) for words in lines[:at]):
            return lines[:at]
    return lines


def _is_header_block(lines: list[str], at: int) -> bool:
    """Whether From, Sent, To, Subject (or as many as three of them) begin here, one a line."""
    found = _HEADER.match(lines[at] + " ")
    if not found or found[1].lower() not in _FIRST_HEADERS:
        return False
    names = {found[1].lower()}
    # Some programs write each header as a paragraph: with an address in the first, empty lines between are borne.
    is_spread = "@" in lines[at][:600]
    for line in lines[at + 1 : at + (14 if is_spread else 7)]:
        also = _HEADER.match(line + " ")
        if also:
            names.add(also[1].lower())
        elif not line.strip() and not is_spread:
            break
    return len(names) >= 3


def _introduction(lines: list[str], at: int) -> int:
    """Where what introduces a quote ends, if it begins in this line; else 0."""
    first = lines[at].strip().lstrip("> ")
    if not _BEGINS.match(first):
        return 0
    whole = ""
    for end in range(at, min(at + _FOLDED, len(lines))):
        line = lines[end].strip().lstrip("> ")
        if not line:
            return 0
        whole = f"{whole} {line}"[:600]
        if _WROTE.search(whole[-200:]) or (whole.endswith(":") and _WROTE.search(whole[-400:])):
            return end + 1 if _WHEN.search(whole) else 0
    return 0


def _is_quoted_after(lines: list[str], at: int) -> bool:
    for line in lines[at:]:
        if line.strip():
            return bool(_QUOTED.match(line))
    return True


def _without_introductions(lines: list[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(lines):
        end = _introduction(lines, at)
        # Within a quote it says who is quoted there; what is above it is not ours to judge.
        if not end and at + 1 < len(lines) and _WHO_FIRST.match(lines[at][:600]):
            end = at + 1 if _is_quoted_after(lines, at + 1) else 0
        if end and (_QUOTED.match(lines[at]) or _is_quoted_after(lines, end)):
            kept.append(">" if _QUOTED.match(lines[at]) else "")
            at = end
        else:
            kept.append(lines[at])
            at += 1
    return kept


def _without_signature(lines: list[str]) -> list[str]:
    """From "-- " on (RFC 3676 section 4.3) up to a quote; and lines such as "Sent from my iPhone" at the end."""
    kept: list[str] = []
    is_signature = is_code = False
    for line in lines:
        if _FENCE.match(line):
            is_code = not is_code
        if _SIGNATURE.match(line) and not is_code and any(one.strip() for one in kept):
            is_signature = True
        elif not is_code and not is_signature and _NOTICE.match(line[:400]) and any(one.strip() for one in kept):
            is_signature = True
            while kept and (not kept[-1].strip() or _RULE_OF_NOTICE.match(kept[-1])):
                kept.pop()
        elif _QUOTED.match(line):
            is_signature = False
        if not is_signature:
            kept.append(line)
    own_end = len(kept)
    while own_end and (not kept[own_end - 1].strip() or _QUOTED.match(kept[own_end - 1])):
        own_end -= 1
    while own_end and (_SENT_WITH.match(kept[own_end - 1]) or _RULE.match(kept[own_end - 1])):
        own_end -= 1
        while own_end and not kept[own_end - 1].strip():
            own_end -= 1
    return _without_contacts(kept[:own_end])


def _without_contacts(lines: list[str]) -> list[str]:
    """Without what stands below "Cordiali saluti, Anna" when it is how to reach somebody, and nothing else: short
    lines, no sentence, a telephone number or an e-mail address among them. The leave-taking and the name stay.
    """
    below: list[int] = []
    for at in range(len(lines) - 1, 0, -1):
        line = lines[at].strip()
        if not line:
            continue
        if _LEAVE.match(line[:80]) and len(line) <= 60:
            break
        is_sentence = line.endswith(("?", "!", ":")) or (line.endswith(".") and len(line.split()) > 6)
        is_other = _QUOTED.match(line) or _FENCE.match(line) or line.lower().startswith(_NO_CONTACTS)
        if len(below) == _SIGNATURE_LINES or len(line) > _SIGNATURE_WIDTH or is_sentence or is_other:
            return lines
        below.insert(0, at)
    else:
        return lines
    if not any(_CONTACT.search(lines[at]) for at in below) or not any(one.strip() for one in lines[:at]):
        return lines
    end = below[0] if _CONTACT.search(lines[below[0]]) else below[0] + 1
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]


def _with_needed_quotes(lines: list[str]) -> list[str]:
    """What was written, and of a quote between two answers its last paragraph; all of it goes where only one thing was
    written, above or below."""
    blocks: list[tuple[bool, list[str]]] = []
    for line in lines:
        is_quoted = bool(_QUOTED.match(line))
        if not line.strip() and blocks:
            is_quoted = blocks[-1][0]
        if not blocks or blocks[-1][0] != is_quoted:
            blocks.append((is_quoted, []))
        blocks[-1][1].append(line)
    blocks = [(is_quoted, block) for is_quoted, block in blocks if any(line.strip() for line in block)]
    answered = [at for at, (is_quoted, _block) in enumerate(blocks) if not is_quoted]
    quotes_before = {at for at in answered if at and blocks[at - 1][0]}
    kept: list[str] = []
    for at, (is_quoted, block) in enumerate(blocks):
        if not is_quoted:
            kept += ["", *block, ""]
        elif len(quotes_before) > 1 and at + 1 in quotes_before:
            kept += ["", *_last_paragraph(block), ""]
    return kept


def _last_paragraph(block: list[str]) -> list[str]:
    """The last paragraph of a quote, as Markdown; without addresses, as ours hold keys to what only they may do."""
    paragraph: list[str] = []
    for line in reversed(block):
        words = line.strip().removeprefix(">").strip()
        if words.strip("> "):
            if "://" not in words and not _QUOTED.match(words):
                paragraph.append(f"> {words}")
        elif paragraph:
            break
    return paragraph[::-1]


def _joined(lines: list[str]) -> str:
    """Without empty lines at the ends, and never more than one between."""
    kept: list[str] = []
    is_code = False
    for line in lines:
        if _FENCE.match(line):
            is_code = not is_code
        if line.strip() or (kept and kept[-1].strip()) or (kept and is_code):
            kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    return "\n".join(kept)
