"""The numbers that a word processor puts before paragraphs and does not write into their text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

_NUMERALS = "零一二三四五六七八九"
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")),
    *((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_HUNDRED, _TEN = 100, 10


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a numbered list: its format (w:numFmt), its text (第%1条) and its start."""

    format: str
    text: str
    start: int = 1
    suffix: str = "tab"


@dataclass(slots=True)
class Counters:
    """The numbers of the lists of one document, counted as its paragraphs go by."""

    lists: dict[str, dict[int, Level]]
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, list_id: str, depth: int) -> str:
        """The number of the next paragraph of a list, with the space behind it; "" for bullets."""
        levels = self.lists.get(list_id, {})
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self._counts.setdefault(list_id, {})
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [known for known in counts if known > depth]:
            del counts[deeper]
        if level.format in {"bullet", "none"}:
            return ""
        text = level.text
        for other in range(depth + 1):
            shown = levels.get(other, level)
            count = counts.get(other, shown.start)
            text = text.replace(f"%{other + 1}", numeral(count, shown.format))
        closed = text.endswith(("、", "）", ")", "．")) or level.suffix == "nothing"
        return text if closed or not text else f"{text} "


def numeral(number: int, style: str) -> str:
    """`number` as `style`, a value of w:numFmt, writes it: 12 in chineseCounting is 十二."""
    write = _STYLES.get(style)
    return write(number) if write else str(number)


def chinese(number: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十, 105 → 一百零五; above 999 digit by digit."""
    if number >= _TEN * _HUNDRED:
        return "".join(_NUMERALS[int(digit)] for digit in str(number))
    hundreds, rest = divmod(number, _HUNDRED)
    tens, ones = divmod(rest, _TEN)
    text = f"{_NUMERALS[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{_NUMERALS[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (_NUMERALS[ones] if ones or not number else "")


def _letters(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        text += sign * count
    return text


def _circled(number: int) -> str:
    return chr(ord("①") + number - 1) if 1 <= number <= 2 * _TEN else str(number)


_STYLES: dict[str, Callable[[int], str]] = {
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "ideographDigital": chinese,
    "ideographTraditional": lambda number: "甲乙丙丁戊己庚辛壬癸"[(number - 1) % _TEN],
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalZero": lambda number: f"{number:02}",
    "decimalFullWidth": lambda number: str(number).translate(
        str.maketrans("0123456789", "０１２３４５６７８９")
    ),
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperRoman": _roman,
}
