"""What does the same text look like once spelling no longer matters?

Lower case, no accents, no apostrophes, simplified characters, usual misspellings mended, weekdays and months as their
English names. Positions refer to this text only; the debtor's own words are not kept.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from string import ascii_lowercase

from outreach.core.replies.hanzi import HAN, simplified
from outreach.core.replies.languages import CANON, detect
from outreach.core.replies.rows import Sought, letters_of

CONSIDERED = 1600  # characters; of a longer text the beginning and the end
_TAIL = 400

# Apostrophes vanish ("can't" = "cant"), as do joiners, variation selectors and skin tones; long marks become short.
_DROPPED = "'’‘`´ʼ\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0e\ufe0f" + "".join(map(chr, range(0x1F3FB, 0x1F400)))
_MARKS = str.maketrans(
    {
        **dict.fromkeys(_DROPPED, ""),
        **dict.fromkeys('"“”«»「」『』', " "),
        **{"\n": " . ", "\r": " ", "。": ". ", "、": ", ", "¡": "", "¿": "", "–": "-", "—": " - ", "…": " . "},
    }
)
_IS = re.compile(r"\b((?:mon|tues|wednes|thurs|fri|satur|sun)day)['’]s\b", re.IGNORECASE)  # "friday's fine"
_YES = re.compile(r"\bsí\b")
# "pagué", "pagó": with its accent the past is certain, without it ("pague", "pago") it is not.
_PAST = re.compile(
    r"\b(?:pagu?|deposit|abon|consign|gir|mand|envi|liquid|cancel|realic|realiz|complet|cubr|transfer|ingres|entreg)(?:é|ó|í|ió)(?:les?|te|lo|la|os)?\b"
)
_SIGNATURE = re.compile(r"(?:sent from my|enviado desde mi|get outlook for|发自我的|從我的|传送自) ?\w+(?: \w+)?[ .]*$")
_LONG = re.compile(r"([a-z])\1{2,}")
_THREES = tuple(3 * letter for letter in ascii_lowercase)  # one of which stands where `_LONG` matches
_SPACED = re.compile(r"(?<![a-z0-9])[a-z](?:[ .\-_*]{1,2}[a-z]){3,}(?![a-z0-9])")
_WORD = re.compile(r"[a-z0-9]+")
_K_FOR_QU = re.compile(r"\bk(?=[ei][a-z]{2})")  # "kiten", "kedamos"
_NOISE = re.compile(r"[^a-z0-9\u4e00-\u9fff ]+")
_EMOJI = re.compile(r"[\U0001F300-\U0001FAFF\u2600-\u27BF\u2B50\u2705\u274C]")
_LATIN = re.compile("[a-z]")


@dataclass(frozen=True, slots=True)
class Said:
    """`plain`: canonical text with its punctuation. `bare`: letters, digits and ideographs only. `emoji`: in order.

    `han`, `latin`: it holds ideographs, Latin letters. `letters`: all its short runs (`rows.py`). `cut`: only the beginning and the end were read.
    """

    plain: str
    bare: str
    emoji: str
    language: str | None
    han: bool
    latin: bool
    letters: frozenset[str]
    cut: bool = False

    def says(self, sought: Sought) -> bool:
        """Does what is sought stand anywhere in it?"""
        return sought.holds(self.plain, self.letters)


def normalise(text: str, language: str | None) -> Said:
    """The canonical form of any text; `language` is the one on file, used where the words do not tell."""
    cut = len(text) > CONSIDERED
    if cut:
        text = f"{text[: CONSIDERED - _TAIL]} . {text[-_TAIL:]}"
    folded = _fold(text)[: CONSIDERED + 3]
    spoken = detect(folded, language)
    canon = CANON.get(spoken, CANON[None])
    plain = folded
    if not canon.keys().isdisjoint(_WORD.findall(folded)):
        plain = _WORD.sub(lambda m: canon.get(m[0], m[0]), folded)
    if spoken == "es":
        plain = _K_FOR_QU.sub("qu", plain)
    han = not plain.isascii() and HAN.search(plain) is not None
    if han:
        plain = simplified(plain)
    plain = " ".join(plain.split())
    bare = " ".join(_NOISE.sub(" ", plain).split())
    return Said(
        plain,
        bare,
        "" if plain.isascii() else "".join(_EMOJI.findall(plain)),
        spoken,
        han,
        _LATIN.search(plain) is not None,
        letters_of(plain),
        cut,
    )


def _fold(text: str) -> str:
    if "'" in text or "’" in text:
        text = _IS.sub(r"\1 is", text)
    text = text.translate(_MARKS)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_MARKS)
    text = text.casefold()
    if not text.isascii():
        text = _PAST.sub("yapague", _YES.sub("yes", text))
        text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
        text = unicodedata.normalize("NFC", text)
    text = _SIGNATURE.sub("", text)
    if any([three in text for three in _THREES]):
        text = _LONG.sub(r"\1", text)
    return _SPACED.sub(lambda m: re.sub(r"[^a-z]", "", m[0]), text)
