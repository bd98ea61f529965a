# SPDX-License-Identifier: EUPL-1.2
"""Threads: who says what to whom, in which order."""

from __future__ import annotations

import re
from random import Random

from .grammar import fill, variety
from .kinds import CommunityText, PostText, ThreadText
from .slots import Words

__all__ = ["thread"]

_ARCHETYPES = (
    # name, weight, is it a question
    ("problem", 46, True),
    ("choice", 12, False),
    ("results", 10, False),
    ("norm", 8, True),
    ("call", 8, False),
    ("thesis", 6, False),
    ("cost", 6, True),
    ("visit", 4, False),
)
_LENGTHS = ((1, 1, 12), (2, 6, 34), (7, 14, 33), (15, 25, 15), (26, 40, 6))  # from, to, weight
_EARLY = ("ask_back", "ask_back", "experience", "experience", "me_too", "suggest", "suggest", "short")
_MIDDLE = (
    "experience", "experience", "suggest", "disagree", "pointer", "data", "caution", "costs", "short", "offer", "ask_back",
    "me_too", "short", "wonder",
)  # fmt: skip
_OF_ITS_OWN = {"norm": "norm_reply", "call": "call_join", "thesis": "thesis_offer"}
_OWNERS = {"call": "call_owner", "thesis": "thesis_owner"}
_ANSWERS_SOMEBODY = frozenset({"disagree", "rebut", "short", "details", "thanks"})
_CAN_BE_ANSWER = frozenset({"experience", "suggest", "norm_reply"})
_SOLVED = frozenset({"experience", "data", "costs", "caution", "rebut"})
_UNSOLVED = frozenset({"me_too", "wonder"})
# Powers of two that make a post its own: in a community of the largest size, and in any other.
_ENOUGH_LARGE, _ENOUGH = 16.0, 12.5
_LARGE = 45
_ONCE = _SOLVED | _UNSOLVED | {"offer", "suggest", "ask_back"}
_OF_RESULTS = ("experience", "experience", "disagree", "short", "pointer", "offer", "data", "caution", "costs", "short")
_FEW_REACTIONS = 0.45
_MENTION = re.compile(r"\{@(\d+)\}")


def thread(community: CommunityText, number: int, seed: int = 0, length: int | None = None) -> ThreadText:
    """Thread `number` of `community`; the same one for the same seed, everywhere. `length` asks for so many posts."""
    chance = Random(f"thread {seed} {community.slug} {number}")  # noqa: S311 - invented conversations
    language = "it" if chance.random() < 0.7 else "en"
    name, _weight, is_question = chance.choices(_ARCHETYPES, weights=[kind[1] for kind in _ARCHETYPES])[0]
    if length is None:
        low, high, _share = chance.choices(_LENGTHS, weights=[share for _low, _high, share in _LENGTHS])[0]
        length = chance.randint(low, high)
    talk = _Talk(Words(community, language, chance), name, length)
    talk.enough = _ENOUGH_LARGE if community.size >= _LARGE else _ENOUGH
    talk.run()
    return ThreadText(
        title=talk.title(),
        language=language,
        kind="question" if is_question else "discussion",
        posts=tuple(talk.finished(is_question)),
        authors=talk.authors,
    )


class _Draft:
    """A post while the thread is being made."""

    __slots__ = ("author", "gap", "mentions", "place", "quotes", "replies_to", "role", "source")

    def __init__(self, place: int, author: int, role: str, source: str, gap: int) -> None:
        self.place, self.author, self.role, self.source, self.gap = place, author, role, source, gap
        self.replies_to: int | None = None
        self.quotes: int | None = None
        self.mentions: list[int] = []


class _Talk:
    def __init__(self, words: Words, archetype: str, length: int) -> None:
        self.words, self.archetype, self.length = words, archetype, length
        self.chance = words.chance
        self.posts: list[_Draft] = []
        others = (
            max(min(2, length - 1), min(11, 1 + round(length**0.62 * self.chance.uniform(0.7, 1.2))))
            if length > 1
            else 0
        )
        self.speakers = [words.speaker(0)]
        # The first cause is the true one; most who answer at length believe in another one.
        self.beliefs = [0] + [self.chance.choice((0, 0, 1, 2)) for _other in range(others)]
        self.speakers += [words.speaker(belief) for belief in self.beliefs[1:]]
        self.said: set[tuple[str, int]] = set()
        self.done: set[tuple[int, str]] = set()
        self.enough = _ENOUGH
        self.seen = 1  # how many of the slots have spoken

    @property
    def authors(self) -> int:
        return self.seen

    # What is written

    def _pick(self, key: str, pool: tuple[str, ...]) -> str:
        """A sentence of `pool` that this thread has not yet had, if there is one."""
        start = int(self.chance.random() * len(pool))
        for step in range(len(pool)):
            which = (start + step) % len(pool)
            if (key, which) not in self.said:
                break
        else:
            which = start
        self.said.add((key, which))
        return pool[which]

    def _fill(self, template: str, slots: dict[str, str], draft: _Draft | None = None, to: int | None = None) -> str:
        if "{@}" in template and draft is not None and to is not None:
            if to not in draft.mentions:
                draft.mentions.append(to)
            slots = {**slots, "@": f"{{@{to}}}"}
        return fill(template, slots, self.chance, self.words.language)

    def title(self) -> str:
        slots = {**self.speakers[0], **self.words.passing()}
        if self.chance.random() < 0.5:
            slots["thing"] = _short(slots["thing"], self.words.language)
            slots["con_thing"] = f"con {slots['thing']}"
        template = self.chance.choice(self.words.voice.TITLES[self.archetype])
        title = self._fill(template, slots)
        if "{town}" in template or " town}" in template or self.chance.random() < 0.25:
            return title
        # No date: a thread is dated by its posts.
        where = self.chance.choice(("{town}", _LATER[self.words.language]))
        return f"{title} ({self._fill(where, slots)})"

    def _opening(self) -> str:
        slots = {**self.speakers[0], **self.words.passing()}
        context, tried, asked = self.words.voice.OPEN[self.archetype]
        first = self.chance.choice(context)
        figures = [one for one in tried if "{before}" in one]
        told = self.chance.sample(tried, min(len(tried), self.chance.choice((1, 2, 2, 3))))
        ends = self.chance.sample(asked, self.chance.choice((1, 1, 2)))
        if self.archetype == "problem":
            told = [
                one for place, one in enumerate(told) if not ("{before}" in one and "{before}" in "".join(told[:place]))
            ]
        if figures and "{before}" not in first + "".join(told):
            told[0] = self.chance.choice(figures)
        paragraphs = [(first,), told, ends]
        return "\n\n".join(" ".join(self._fill(one, slots) for one in part) for part in paragraphs)

    # Who answers what

    def _another(self, role: str) -> int:
        """A slot other than 0 that has not yet spoken in this way; newcomers and those of before in turn."""
        count = len(self.speakers)
        chance = self.chance
        if self.seen < count and (self.seen < 2 or chance.random() < 0.5):
            self.seen += 1
            return self.seen - 1
        before = self.posts[-1].author
        if role in _SOLVED or role in _UNSOLVED:
            clash = _UNSOLVED if role in _SOLVED else _SOLVED
            barred = {slot for slot in range(1, self.seen) if any((slot, other) in self.done for other in clash)}
        else:
            barred = set()
        known = [slot for slot in range(1, self.seen) if slot != before and slot not in barred]
        fresh = [slot for slot in known if (slot, role) not in self.done]
        if not fresh and self.seen < count:
            self.seen += 1
            return self.seen - 1
        anybody = [slot for slot in range(1, self.seen) if slot != before] or [max(1, self.seen - 1)]
        return chance.choice(fresh or known or anybody)

    def _target(self, author: int, role: str) -> int:
        """The place of the post that `author` answers: a recent one by somebody else."""
        recent = [post for post in self.posts[-6:] if post.author != author]
        if role in ("thanks", "disagree", "short", "wonder", "interim"):
            useful = [
                post for post in recent if post.role in ("experience", "suggest", "caution", "norm_reply", "data")
            ]
            recent = useful or recent
        if role == "wonder":
            recent = [post for post in recent if post.role in ("experience", "data")] or recent
        return (recent[-1] if self.chance.random() < 0.6 else self.chance.choice(recent)).place if recent else 0

    def _say(self, role: str, author: int, to: int | None = None) -> None:
        chance = self.chance
        draft = _Draft(len(self.posts), author, role, "", self._gap(role))
        target = to if to is not None else self._target(author, role)
        addressed = self.posts[target].author
        slots = {**self.speakers[author], **self.words.passing()}
        if author == 0:
            slots.update(self.words.focused(0))
            slots["mytown"] = self.words.town
        elif role == "disagree" and addressed:
            # Those who disagree argue against what the other one believes in.
            theirs = self.beliefs[addressed]
            own = self.beliefs[author] if self.beliefs[author] != theirs else (theirs + 1) % 3
            slots.update(self.words.focused(own))
            second = self.words.focused(theirs)
            slots["cause2"], slots["fix2"] = second["cause"], second["fix"]
        elif role == "short" and addressed:
            slots.update(self.words.focused(self.beliefs[addressed]))
        if author == addressed:
            addressed = 0 if author else min(1, self.seen - 1)
        slots["theirafter"] = self.speakers[addressed]["myafter"] if addressed else slots["after"]
        if role != "open" and chance.random() < 0.75:
            slots["thing"] = _short(slots["thing"], self.words.language)
            slots["con_thing"] = f"con {slots['thing']}"
        firsts, seconds = self.words.voice.REPLIES[role]
        if role in _OWNERS.values() and len(self.posts) < self.length - 2:
            firsts = firsts[:-1]  # the last of these ends the matter
        template = self._pick(role, firsts)
        bits = variety(template)
        parts = [self._fill(template, slots, draft, addressed)]
        if role == "short":
            extra = 0.12
        elif role == "data":
            extra = 0.5
        else:
            extra = 0.62
        if seconds and chance.random() < extra:
            template = self._pick(f"{role}+", seconds)
            bits += variety(template)
            parts.append(self._fill(template, slots, draft, addressed))
        if bits < self.enough and len(parts) == 1 and seconds:
            template = self._pick(f"{role}+", seconds)
            bits += variety(template)
            parts.append(self._fill(template, slots, draft, addressed))
        if bits < self.enough:
            parts.append(self._more(author, role, slots, draft, addressed))
        breaks = "\n" in parts[0] or chance.random() < 0.3
        text = ("\n\n" if breaks else " ").join(parts)
        if chance.random() < 0.05 and role not in ("short", "outcome"):
            text += "\n\n" + self._fill(self._pick("touch", self.words.voice.TOUCHES), slots)
        if role in _ANSWERS_SOMEBODY or draft.mentions or chance.random() < 0.25:
            draft.replies_to = target
            if "{@" not in text and role not in ("data", "outcome") and chance.random() < 0.3 and addressed != author:
                draft.mentions.append(addressed)
                text = f"{{@{addressed}}}: {text}" if chance.random() < 0.5 else f"{{@{addressed}}}, {_lower(text)}"
            if chance.random() < 0.14:
                quoted = _quotable(self.posts[target].source)
                if quoted:
                    draft.quotes = target
                    text = f"> {quoted}\n\n{text}"
        draft.source = text
        self.done.add((author, role))
        self.posts.append(draft)

    def _more(self, author: int, role: str, slots: dict[str, str], draft: _Draft, addressed: int) -> str:
        """A further thing that the author has to say: of cost, of a risk, of an offer; or where they speak from."""
        replies = self.words.voice.REPLIES
        hopeful = author == 0 or any((author, other) in self.done for other in _UNSOLVED) or role in _UNSOLVED
        able = [
            other
            for other in (("pointer", "offer") if hopeful else ("costs", "caution", "pointer", "offer"))
            if other != role and (author, other) not in self.done
        ]
        if author and able and self.chance.random() < 0.7:
            other = self.chance.choice(able)
            pool = replies[other][0]
            if any((other, which) not in self.said for which in range(len(pool))):
                self.done.add((author, other))
                return self._fill(self._pick(other, pool), slots, draft, addressed)
        return self._fill(self._pick("detail", self.words.voice.DETAILS), slots, draft, addressed)

    def _gap(self, role: str) -> int:
        """Minutes since the post before: mostly an hour or so, at times days; outcomes come after weeks."""
        minutes = int(self.chance.lognormvariate(4.6, 1.4))
        if role == "outcome":
            minutes += self.chance.randint(14, 75) * 1440
        elif role == "interim":
            minutes += self.chance.randint(5, 24) * 1440
        return max(2, min(minutes, 110_000))

    def run(self) -> None:
        self.posts.append(_Draft(0, 0, "open", self._opening(), 0))
        own = _OF_ITS_OWN.get(self.archetype)
        owner = _OWNERS.get(self.archetype)
        asks = self.archetype in ("problem", "cost", "choice")
        ends = (["outcome"] if asks and self.length > 4 else []) if self.chance.random() < 0.62 else []
        if self.length > 3 and self.chance.random() < 0.7 and self.archetype not in ("visit", "results"):
            ends.insert(0, owner or "thanks")
        last_own = self.length - len(ends)
        while len(self.posts) < last_own:
            self._next(last_own, own, owner, asks)
        for role in ends:
            self._say(role, 0)

    def _next(self, last: int, own: str | None, owner: str | None, asks: bool) -> None:
        chance, place, before = self.chance, len(self.posts), self.posts[-1]
        share = place / max(last, 1)
        if before.author and before.role == "ask_back" and chance.random() < 0.75:
            self._say("details", 0, before.place)
        elif before.role == "disagree" and self.posts[before.replies_to or 0].author and chance.random() < 0.65:
            self._say("rebut", self.posts[before.replies_to or 0].author, before.place)
        elif before.author and owner and chance.random() < 0.22:
            self._say(owner, 0, before.place)
        elif before.author and asks and share > 0.4 and chance.random() < 0.13:
            self._say("interim", 0)
        elif before.author and place > 3 and chance.random() < 0.06:
            self._say("thanks", 0, before.place)
        else:
            for _attempt in range(5):
                role = self._role(place, own)
                author = self._another(role)
                if (author, role) not in self.done or role not in _ONCE:
                    break
            else:
                role = "pointer"
            self._say(role, author)

    def _role(self, place: int, own: str | None) -> str:
        chance = self.chance
        if self.archetype in ("results", "visit"):
            role = chance.choice(_OF_RESULTS)
        elif own and chance.random() < (0.75 if place < 6 else 0.25):
            return own
        else:
            role = chance.choice(_EARLY if place < 4 else _MIDDLE)
        if own and self.archetype != "norm" and role in ("ask_back", "me_too", "wonder"):
            return own
        told = [post.role for post in self.posts[-6:] if post.author]
        if role == "wonder" and not {"experience", "data"} & set(told):
            return "me_too"
        if role in ("short", "disagree") and not {"experience", "suggest", "caution", "norm_reply", "data"} & set(told):
            return "experience"
        return role

    def finished(self, is_question: bool) -> list[PostText]:
        """The posts, with the accepted answer and the reactions."""
        answer = None
        if (is_question and self.posts[-1].role in ("outcome", "thanks")) or (
            is_question and self.chance.random() < 0.25
        ):
            able = [post for post in self.posts if post.author and post.role in _CAN_BE_ANSWER]
            right = [post for post in able if self.beliefs[post.author] == 0]
            answer = self.chance.choice(right or able).place if able else None
        return [
            PostText(
                author_slot=post.author,
                minutes_after_previous=post.gap,
                source=post.source,
                replies_to=post.replies_to,
                is_answer=post.place == answer,
                mentions=tuple(dict.fromkeys(int(slot) for slot in _MENTION.findall(post.source))),
                quotes=post.quotes,
                reactions=self._reactions(post, is_answer=post.place == answer),
            )
            for post in self.posts
        ]

    def _reactions(self, post: _Draft, *, is_answer: bool) -> dict[str, int]:
        """Never more of one kind than there could be people."""
        chance = self.chance
        if not is_answer and chance.random() > _FEW_REACTIONS:
            return {}
        names = {
            "open": ("me_too", "useful"),
            "me_too": ("me_too",),
            "disagree": ("agree",),
            "thanks": ("thanks",),
            "outcome": ("thanks", "useful"),
        }.get(post.role, ("useful", "thanks", "agree"))
        most = 2 + min(8, len(self.posts) // 3) + (4 if is_answer else 0)
        chosen = names if is_answer else (chance.choice(names),)
        return {name: 1 + int(most * chance.random() ** 2) for name in chosen}


_HEAD = {
    "it": re.compile(
        r"^((?:il|lo|la|i|gli|le) \w+|l'\w+)((?: \w+)??) (?:che|di|del|dello|della|dei|degli|delle|dell'|per|in|a|ad|ai|al|alle|"
        r"da|dai|dal|con|fra|su|sul|nel|incollata|posati|usat[ei]|stampat[aeoi]|prodotte|alimentat[oa]|costruite|mandate|"
        r"piantati|passati|seminate|installati|caricati|ricavati|all'|dell')"
    ),
    "en": re.compile(
        r"^(the \w+)((?: \w+)??(?: \w+)??) (?:that|for|of|in|with|made|printed|fixed|bonded|built|sent|used|planted|under|from|"
        r"against|installed|filled|fed|powered|on)\b"
    ),
}


_LATER = {"it": "{town}, dopo {2-30} mesi", "en": "{town}, after {2-30} months"}


def _short(thing: str, language: str) -> str:
    """How people go on speaking of it: "le sonde di umidità del suolo" -> "le sonde"."""
    found = _HEAD[language].match(thing)
    return found[1] + found[2] if found else thing


def _lower(text: str) -> str:
    """After a name and a comma, but not what is written with a capital anyhow."""
    first = text.split(" ", 1)[0].rstrip(".,:;!?")
    return (
        text[:1].lower() + text[1:]
        if (first[1:].islower() or first == "A") and first.isalpha() and first not in _KEPT
        else text
    )


_KEPT = frozenset({"Altariva", "Pianmura"})


def _quotable(source: str) -> str:
    """The first sentence that somebody could quote: neither a table nor a quotation nor a name."""
    for line in source.split("\n"):
        if line[:1] in (">", "|", "`", "") or line[:2] in ("1.", "2.", "3.") or "{@" in line:
            continue
        for sentence in line.split(". "):
            if 40 <= len(sentence) <= 190:
                return sentence.rstrip(".") + ("" if sentence.endswith("?") else ".")
    return ""
