# SPDX-License-Identifier: EUPL-1.2
"""The same body under several ids and spellings becomes one; what only looks alike is listed for a person to decide.

Applied, in this order (each union is reported with its rule):

1. *register*: one line of the region's register of bodies names both ids, or names the same PIC.
2. *VAT number*: the same valid VAT number.
3. *same name*: equal when letters and digits alone count (case, accents, punctuation, word boundaries and the way a
   legal form is written do not), in the same country, and in the same town, postcode or web site, or with the town of
   one unknown. A name without anything of its own (fewer than five letters, or "Ministry of Health") needs the town.
4. *spelling*: three words or more besides the legal form, of which one differs by one letter that is neither its first
   nor its last (TUMORI/TUMOURI), or a word more or less glued; same country, same town.

Never applied, only listed: the same name in two towns, names that differ in their legal form, a name that is the
beginning of another. So the "Università degli Studi di Milano" is neither "… Milano-Bicocca" nor its departments.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from urllib.parse import urlsplit

from filanda.directory.organisations.importers.naming import comparable, is_legal_form, words_of
from filanda.directory.organisations.importers.placing import same_town
from filanda.directory.organisations.importers.reporting import Merge

__all__ = ["Body", "Groups", "unify"]


_OFFICIAL = frozenset({"register", "VAT number"})


@dataclass(slots=True)
class Body:
    """What is compared: one id of a source, or (organisation_id) a row that exists already."""

    key: str
    name: str
    country: str = ""
    town: str = ""
    postcode: str = ""
    website: str = ""
    vat: str = ""
    organisation_id: int | None = None
    spellings: tuple[str, ...] = ()


@dataclass
class Groups:
    """Disjoint sets over the keys of bodies, with the unions that made them and the likenesses left apart."""

    parent: dict[str, str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    rows: dict[str, set[int]] = field(default_factory=dict)  # representative -> organisations that exist already
    apart: frozenset[tuple[int, int]] = frozenset()  # organisations, the lower id first, that a person left apart

    def find(self, key: str) -> str:
        """The representative of the group of `key`."""
        root = key
        while self.parent.setdefault(root, root) != root:
            root = self.parent[root]
        while self.parent[key] != root:
            self.parent[key], key = root, self.parent[key]
        return root

    def join(self, first: Body, second: Body, rule: str, detail: str = "") -> None:
        """Unite the groups of two bodies; nothing happens, and nothing is reported, if they are one already.

        Rows that exist apart are united by official ids alone, as somebody may have kept two of one name apart; and by
        nothing at all when a person said that they are not the same.
        """
        one, other = self.find(first.key), self.find(second.key)
        if one == other:
            return
        rows = self.rows.get(one, set()) | self.rows.get(other, set())
        if len(rows) > 1:
            is_apart = bool(self.apart) and any(pair in self.apart for pair in combinations(sorted(rows), 2))
            if is_apart or rule not in _OFFICIAL:
                why = "somebody left these two apart" if is_apart else "two entries exist"
                self.merges.append(_merge(first, second, rule, f"{detail}; {why}", is_applied=False))
                return
        stays, goes = sorted((one, other))
        self.parent[goes] = stays
        if rows:
            self.rows[stays] = rows
        if not (first.organisation_id and first.organisation_id == second.organisation_id):
            self.merges.append(_merge(first, second, rule, detail))

    def members(self) -> dict[str, list[str]]:
        """Representative -> keys, in the order in which bodies came."""
        groups: dict[str, list[str]] = defaultdict(list)
        for key in list(self.parent):
            groups[self.find(key)].append(key)
        return groups


def _merge(first: Body, second: Body, rule: str, detail: str, *, is_applied: bool = True) -> Merge:
    return Merge(
        name=first.name,
        rule=rule,
        first_id=first.key,
        second_id=second.key,
        first_name=f"{first.name} ({first.town or '?'})",
        second_name=f"{second.name} ({second.town or '?'})",
        detail=detail,
        is_applied=is_applied,
    )


def unify(
    bodies: Iterable[Body], same_ids: Iterable[tuple[str, ...]] = (), *, apart: Iterable[tuple[int, int]] = ()
) -> Groups:
    """Group `bodies` by the rules above. same_ids: keys that a register says are one body (others are ignored).

    apart: pairs of organisations, the lower id first, that a person said are not the same.
    """
    known = {body.key: body for body in bodies}
    groups = Groups(parent={key: key for key in known}, apart=frozenset(apart))
    groups.rows = {body.key: {body.organisation_id} for body in known.values() if body.organisation_id is not None}
    for keys in same_ids:
        present = [known[key] for key in keys if key in known]
        for other in present[1:]:
            alike = "" if _alike(present[0], other) else "names differ: the register unites them"
            groups.join(present[0], other, "register", alike)
    by_vat: dict[str, Body] = {}
    for body in known.values():
        if body.vat:
            groups.join(by_vat.setdefault(body.vat, body), body, "VAT number", body.vat)
    _by_name(known, groups)
    _by_spelling(known, groups)
    _list_likenesses(known, groups)
    return groups


def _alike(first: Body, second: Body) -> bool:
    mine, theirs = set(words_of(first.name).split()), set(words_of(second.name).split())
    return len(mine & theirs) * 2 >= min(len(mine), len(theirs))


def _names(body: Body) -> set[str]:
    return {body.name, *body.spellings}


def _by_name(known: dict[str, Body], groups: Groups) -> None:
    by_key: dict[tuple[str, str], list[Body]] = defaultdict(list)
    for body in known.values():
        for key in {comparable(name, body.country) for name in _names(body)}:
            if key and body.country:
                by_key[body.country, key].append(body)
    for (_country, key), alike in by_key.items():
        # Bodies whose town is known come first: one that says no town joins a group only if there is one to join.
        alike.sort(key=lambda body: (not body.town, body.key))
        towns = {groups.find(body.key) for body in alike if body.town}
        for position, body in enumerate(alike):
            for other in alike[:position]:
                if groups.find(body.key) == groups.find(other.key):
                    continue
                why = _same_place(body, other)
                if why:
                    groups.join(other, body, "same name", why)
                elif why is None and not _is_common(key) and len({groups.find(town) for town in towns}) <= 1:
                    groups.join(other, body, "same name", "the town of one is unknown")


def _same_place(first: Body, second: Body) -> str | None:
    """Why two bodies of one name are in the same place; "" if they are not; None if the town of one is unknown."""
    if same_town(first.town, second.town):
        return "same town"
    if first.postcode and first.postcode == second.postcode and len(first.postcode) > 3:
        return "same postcode"
    host = _host(first.website)
    if host and host == _host(second.website):
        return "same web site"
    return None if same_town(first.town, second.town) is None else ""


def _host(website: str) -> str:
    try:
        host = urlsplit(website).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.").lower()


_GENERIC = re.compile(
    r"^(?:ministry|ministero|ministerio|ministere|department|dipartimento|institute?|istituto|university|universita"
    r"|hospital|ospedale|comune|municipality|city|region|regione|provincia|foundation|fondazione|association)"
    r"(?:(?:of|di|de|for|per|the|la|il|health|salute|agriculture|agricoltura|environment|ambiente|education|transport"
    r"|research|ricerca|economy|interior|defence|science|technology|hospital|ospedale))*$"
)


def _is_common(key: str) -> bool:
    """Whether many bodies may bear this name: too short, or nothing but words that are in many names."""
    return len(key) < 5 or bool(_GENERIC.match(key))


def _own_words(name: str) -> tuple[str, ...]:
    return tuple(word for word in words_of(name).split() if not is_legal_form(word))


def _by_spelling(known: dict[str, Body], groups: Groups) -> None:
    """Rule 4. Candidates share a country, a town and all words but one."""
    by_gap: dict[tuple[str, str, tuple[str, ...]], list[tuple[Body, str, str]]] = defaultdict(list)
    for body in known.values():
        if not body.country or not body.town:
            continue
        for name in _names(body):
            words = _own_words(name)
            if len(words) < 3:
                continue
            forms = "".join(word for word in words_of(name).split() if is_legal_form(word))
            for position, word in enumerate(words):
                if len(word) >= 6 and word.isalpha():
                    gap = (*words[:position], "*", *words[position + 1 :])
                    by_gap[body.country, forms, gap].append((body, word, name))
    for alike in by_gap.values():
        for position, (body, word, name) in enumerate(alike):
            for other, other_word, other_name in alike[:position]:
                is_apart = groups.find(body.key) != groups.find(other.key)
                if is_apart and same_town(body.town, other.town) and is_slip(word, other_word):
                    groups.join(other, body, "spelling", f"{other_name} / {name}: {other_word} / {word}, same town")


def is_slip(first: str, second: str) -> bool:
    """Whether two words differ by one letter added, lost or changed that is neither the first nor the last.

    A changed vowel before the end may be another person ("Martini", "Martino"), so the last letter must agree; a
    changed letter must be in a word of eight or more ("Marini" and "Marani" are two families).
    """
    if first == second or first[0] != second[0] or first[-1] != second[-1] or abs(len(first) - len(second)) > 1:
        return False
    shorter, longer = sorted((first, second), key=len)
    start = next((i for i, (a, b) in enumerate(zip(shorter, longer, strict=False)) if a != b), len(shorter))
    if len(shorter) == len(longer):
        return len(shorter) >= 8 and shorter[start + 1 :] == longer[start + 1 :]
    return shorter[start:] == longer[start + 1 :]


def _list_likenesses(known: dict[str, Body], groups: Groups) -> None:
    """Report, without uniting them, pairs that a person should look at."""
    seen: set[frozenset[str]] = set()
    for first, second, why in _likenesses(known):
        pair = frozenset((groups.find(first.key), groups.find(second.key)))
        if len(pair) == 2 and pair not in seen:
            seen.add(pair)
            groups.merges.append(_merge(first, second, "looks alike", why, is_applied=False))


def _likenesses(known: dict[str, Body]) -> Iterator[tuple[Body, Body, str]]:
    by_name: dict[tuple[str, str], list[Body]] = defaultdict(list)
    for body in known.values():
        words = _own_words(body.name)
        core = "".join(words)
        if len(core) >= 5 and not _is_common(core):
            by_name[body.country, core].append(body)
    for alike in by_name.values():
        for other in alike[1:]:
            is_same = comparable(alike[0].name, alike[0].country) == comparable(other.name, other.country)
            yield alike[0], other, "the same name elsewhere" if is_same else "names differ in their legal form"
    ordered = sorted(by_name)
    for position, (country, core) in enumerate(ordered):
        for next_country, longer in ordered[position + 1 : position + 4]:
            if next_country != country or not longer.startswith(core) or len(core) < 12:
                break
            first, second = by_name[country, core][0], by_name[country, longer][0]
            if same_town(first.town, second.town):
                yield first, second, "one name is the beginning of the other, same town"
