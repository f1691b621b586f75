"""What does the same text look like once spelling no longer matters?

Lower case, no accents, no apostrophes, simplified characters, usual misspellings mended, weekdays and months as their
English names. Positions refer to this text only; the debtor's own words are not kept.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from outreach.core.replies.languages import CANON, TRADITIONAL, detect

CONSIDERED = 1600  # characters; of a longer text the beginning and the end
_TAIL = 400

# Apostrophes vanish ("can't" = "cant"), as do joiners, variation selectors and skin tones; long marks become short.
_DROPPED = "'’‘`´ʼ\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0e\ufe0f" + "".join(map(chr, range(0x1F3FB, 0x1F400)))
_MARKS = str.maketrans(
    {**dict.fromkeys(_DROPPED, ""), "\n": " . ", "\r": " ", "。": ". ", "、": ", ", "¡": "", "¿": ""}
)
_YES = re.compile(r"\bsí\b")
_LONG = re.compile(r"([a-z])\1{2,}")
_SPACED = re.compile(r"(?<![a-z0-9])[a-z](?:[ .\-_*]{1,2}[a-z]){3,}(?![a-z0-9])")
_WORD = re.compile(r"[a-z0-9]+")
_SPACE = re.compile(r"\s+")
_NOISE = re.compile(r"[^a-z0-9\u4e00-\u9fff ]+")
_EMOJI = re.compile(r"[\U0001F300-\U0001FAFF\u2600-\u27BF\u2B50\u2705\u274C]")


@dataclass(frozen=True, slots=True)
class Said:
    """`plain`: canonical text with its punctuation. `bare`: letters, digits and ideographs only. `emoji`: in order."""

    plain: str
    bare: str
    emoji: str
    language: str | None
    cut: bool = False


def normalise(text: str, language: str | None) -> Said:
    """The canonical form of any text; `language` is the one on file, used where the words do not tell."""
    cut = len(text) > CONSIDERED
    if cut:
        text = f"{text[: CONSIDERED - _TAIL]} . {text[-_TAIL:]}"
    folded = _fold(text)[: CONSIDERED + 3]
    spoken = detect(folded, language)
    plain = _WORD.sub(lambda m: CANON.get(m[0], m[0]), folded)
    plain = _SPACE.sub(" ", plain).strip()
    bare = " ".join(_NOISE.sub(" ", plain).split())
    return Said(plain, bare, "".join(_EMOJI.findall(plain)), spoken, cut)


def _fold(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_MARKS)).translate(_MARKS).casefold()
    if not text.isascii():
        text = _YES.sub("yes", text).translate(TRADITIONAL)
        text = "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
        text = unicodedata.normalize("NFC", text)
    text = _LONG.sub(r"\1", text)
    return _SPACED.sub(lambda m: re.sub(r"[^a-z]", "", m[0]), text)
