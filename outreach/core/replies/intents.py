"""What kind of message is it?

Two ways in. `Meanings`: does any wording of a meaning, in any of the languages the text may hold, occur in it? `whole`: is
the whole message one keyword, or nothing but a yes or a no with its courtesies? The wordings are in `english.py`,
`spanish.py` and `chinese.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from outreach.core.replies import chinese, english, signs, spanish
from outreach.core.replies.normal import Said
from outreach.core.replies.rows import Wording, Wordings
from outreach.core.terms import IntentKind

_K = IntentKind
_STOPPING = frozenset({_K.OPT_OUT, _K.STOP_CALLS, _K.CEASE})
_LONGEST = 48  # letters of a message that may be a keyword, or a bare yes or no

_HAN = Wordings(chinese.TABLES)
_LATIN = Wordings(english.TABLES, spanish.TABLES)
_HAN_WEAK = Wordings(chinese.WEAK)
_LATIN_WEAK = Wordings(english.WEAK, spanish.WEAK)
_EMOJI = {
    **dict.fromkeys("👍👌✅🆗💯✔☑🤝🫡💪", _K.ACCEPT),
    **dict.fromkeys("👎❌🙅", _K.DECLINE),
    **dict.fromkeys("🛑🚫🖕", _K.OPT_OUT),
}


class Meanings:
    """What one text may mean."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self._held: dict[IntentKind, bool] = {}  # what was asked before
        self._unstopped = signs.NOT_A_STOP.blanked(said.plain, said.letters)
        self._wordings = _that_may_hold(said, _HAN, _LATIN)

    @property
    def other_things(self) -> bool:
        """Does it speak of ending something else than contact?"""
        return self._unstopped != self._said.plain

    @cached_property
    def _hints(self) -> dict[IntentKind, set[Wording]]:
        return _that_may_hold(self._said, _HAN_WEAK, _LATIN_WEAK)

    def hold(self, *kinds: IntentKind) -> bool:
        """Does any wording of one of these meanings hold?"""
        return not self._wordings.keys().isdisjoint(kinds) and any(map(self._holds, kinds))

    def hint(self, kind: IntentKind) -> bool:
        """Do its words hint at that meaning, though no wording of it holds?"""
        return self._any(self._hints.get(kind, ()), kind)

    def _holds(self, kind: IntentKind) -> bool:
        if kind not in self._held:
            self._held[kind] = self._any(self._wordings.get(kind, ()), kind)
        return self._held[kind]

    def _any(self, wordings: Iterable[Wording], kind: IntentKind) -> bool:
        text = self._unstopped if kind in _STOPPING else self._said.plain
        return any(wording.search(text) for wording in wordings)


def _that_may_hold(said: Said, han: Wordings, latin: Wordings) -> dict[IntentKind, set[Wording]]:
    """The wordings of the scripts it is in, by what they mean."""
    found: dict[IntentKind, set[Wording]] = {}
    if said.han:
        han.add_those_that_may_hold(said.letters, found)
    if said.latin:
        latin.add_those_that_may_hold(said.letters, found)
    return found


def _keywords() -> Iterator[tuple[str, IntentKind]]:
    for language in (english, spanish, chinese):
        for kind, words in language.KEYWORDS.items():
            yield from ((word, kind) for word in words.split("|"))


_KEYWORDS = dict(_keywords())
_COURTEOUS = frozenset(
    "please now thanks thank you sir maam just immediately por favor porfavor gracias ya everyone all lol hey hi hello pues "
    "asap today kindly buddy bro man dude ahora mismo senor senora inmediatamente hola 请 谢谢".split()
)


def whole(said: Said) -> IntentKind | None:
    """The meaning of a message that is one keyword, a bare yes or no, or only emoji of one meaning."""
    bare = said.bare
    if not bare:
        kinds = {_EMOJI[e] for e in said.emoji if e in _EMOJI}
        return kinds.pop() if len(kinds) == 1 else None
    if len(bare) > _LONGEST:
        return None
    return _keyword(bare, said.han) or _answer(bare, said.han)


def _keyword(bare: str, han: bool) -> IntentKind | None:
    words = [w for w in bare.split() if w not in _COURTEOUS]
    core = " ".join(words)
    forms = [bare, core, " ".join(dict.fromkeys(words))]
    if han:
        forms += [form.replace(" ", "") for form in forms[:2]]
        forms += [_stripped(form) for form in forms]
    return next((_KEYWORDS[form] for form in forms if form in _KEYWORDS), None)


def _stripped(text: str) -> str:
    """Chinese without its courtesies and final particles."""
    for courtesy in ("请", "谢谢", "多谢", "感谢", "麻烦", "你好", "我要", "帮我"):
        text = text.replace(courtesy, "")
    return text.rstrip("吧了啊呀哦嘛呢哈啦滴的喔唉 ").strip()


# --- a bare yes or no -------------------------------------------------------------------------------------------------


def _phrases(*tables: Iterable[str]) -> dict[tuple[str, ...], str]:
    """Phrases cut into words, with what each says: `y`, `n`, or nothing."""
    yes, no, fillers = tables
    said = {**dict.fromkeys(fillers, ""), **dict.fromkeys(no, "n"), **dict.fromkeys(yes, "y")}
    return {tuple(phrase.split()): sign for phrase, sign in said.items()}


_WESTERN = _phrases([*english.YES, *spanish.YES], [*english.NO, *spanish.NO], [*english.FILLERS, *spanish.FILLERS])
_CHINESE = {
    tuple("".join(words)): sign for words, sign in _phrases([*chinese.YES], [*chinese.NO], [*chinese.FILLERS]).items()
}
_LONGEST_PHRASE = max(map(len, (*_WESTERN, *_CHINESE)))


def _answer(bare: str, han: bool) -> IntentKind | None:
    """Cut from the left, the longest phrase first; a word that is in no phrase, or a yes beside a no, is no answer."""
    phrases = _CHINESE if han else _WESTERN
    parts = tuple(bare.replace(" ", "") if han else bare.split())
    signs, at = set(), 0
    while at < len(parts):
        for end in range(min(len(parts), at + _LONGEST_PHRASE), at, -1):
            sign = phrases.get(parts[at:end])
            if sign is not None:
                signs.add(sign)
                at = end
                break
        else:
            return None
    return {"y": _K.ACCEPT, "n": _K.DECLINE}.get("".join(sorted(signs)))
