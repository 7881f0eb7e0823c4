"""Money as whole minor units with a currency: sums, splits that lose no cent, notes and coins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "UGX": 0, "KWD": 3, "TND": 3, "JOD": 3}
SIGNS = {"CAD": "$", "USD": "$", "AUD": "$", "NZD": "$", "GBP": "£", "EUR": "€", "JPY": "¥"}
# What cash comes in, in minor units, largest first. Larger notes exist; they are hard to change and easy to notice.
PIECES = {
    "CAD": (2000, 1000, 500, 200, 100, 25, 10, 5),
    "USD": (2000, 1000, 500, 100, 25, 10, 5, 1),
    "AUD": (2000, 1000, 500, 200, 100, 50, 20, 10, 5),
    "NZD": (2000, 1000, 500, 200, 100, 50, 20, 10),
    "GBP": (2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "EUR": (2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
}
PLAIN_PIECES = (2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units (cents) of one currency; below zero it is owed the other way."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError("money is counted in whole minor units")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():  # noqa: PLR2004
            raise ValueError(f"{self.currency!r} is no currency code")

    def __str__(self) -> str:
        return in_words(self)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def times(self, factor: Fraction | int) -> Money:
        """This amount times an exact factor, to the nearest minor unit, a half away from zero."""
        return Money(rounded(self.minor * Fraction(factor)), self.currency)

    def split(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Parts in proportion to whole weights whose sum is exactly this amount.

        Each part is within one minor unit of its exact share; what is left goes to the largest remainders, the
        first of equals. Raises `ValueError` without a weight above zero or with one below.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("a split needs weights of zero or more, and one above zero")
        size = abs(self.minor)
        parts = [size * weight // total for weight in weights]
        order = sorted(range(len(weights)), key=lambda place: (-(size * weights[place] % total), place))
        for place in order[: size - sum(parts)]:
            parts[place] += 1
        sign = -1 if self.minor < 0 else 1
        return tuple(Money(sign * part, self.currency) for part in parts)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{other.currency} cannot be reckoned with {self.currency}")
        return other.minor


def rounded(value: Fraction) -> int:
    """The nearest whole number, a half away from zero."""
    size = (abs(value) * 2 + 1) // 2
    return int(-size if value < 0 else size)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of amounts of one currency, nothing when there are none."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result


def digits_of(currency: str) -> int:
    """How many digits of the minor unit a currency is written with."""
    return DIGITS.get(currency, 2)


def decimal_text(amount: Money) -> str:
    """The amount in major units with a point and no sign of the currency, as in -12.50."""
    digits = digits_of(amount.currency)
    sign, text = ("-" if amount.minor < 0 else ""), str(abs(amount.minor)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}" if digits else f"{sign}{text}"


def in_words(amount: Money) -> str:
    """The amount as people read it, as in $1,212.50 or 40.00 CHF."""
    whole, point, part = decimal_text(amount).lstrip("-").partition(".")
    text = f"{int(whole):,}{point}{part}"
    sign = "\N{MINUS SIGN}" if amount.minor < 0 else ""
    known = SIGNS.get(amount.currency)
    return f"{sign}{known}{text}" if known else f"{sign}{text} {amount.currency}"


def minor_in(text: str, currency: str) -> int | None:
    """Minor units in an amount as people type it ("12", "12.5", "$1,200.50", "12,50"), None when it is none."""
    plain = text.strip().removeprefix(SIGNS.get(currency, "$")).removesuffix(currency).replace(" ", "")
    digits = digits_of(currency)
    if plain.count(",") == 1 and "." not in plain and len(plain.rpartition(",")[2]) == digits:
        plain = plain.replace(",", ".")
    whole, point, part = plain.replace(",", "").partition(".")
    if not (whole or part) or not f"{whole}{part}".isdecimal() or not f"{whole}{part}".isascii():
        return None
    if len(part) > digits or (point and not part) or len(whole) > 9:  # noqa: PLR2004 - more than anyone has
        return None
    return int((whole or "0") + part.ljust(digits, "0"))


def pieces_of(currency: str) -> tuple[int, ...]:
    """The notes and coins a float of this currency is counted in, largest first; no note over 20."""
    return PIECES.get(currency, PLAIN_PIECES)


def worth(pieces: Mapping[int, int]) -> int:
    """What some notes and coins are worth together, in minor units."""
    return sum(piece * number for piece, number in pieces.items())


def notes_for(minor: int, stock: Mapping[int, int]) -> dict[int, int] | None:
    """The fewest notes and coins of a stock that make exactly this amount, None when none do.

    Exact, however uneven the stock: each piece is added in bundles of 1, 2, 4 ... to what can be made so far.
    """
    if minor < 0:
        raise ValueError("nobody hands over less than nothing")
    fewest: dict[int, tuple[int, tuple[tuple[int, int], ...]]] = {0: (0, ())}
    for piece in sorted(stock, reverse=True):
        left = min(stock[piece], minor // piece)
        bundle = 1
        while left > 0:
            bundle = min(bundle, left)
            fewest = _with_bundle(fewest, piece, bundle, minor)
            left -= bundle
            bundle *= 2
    if minor not in fewest:
        return None
    made: dict[int, int] = {}
    for piece, number in fewest[minor][1]:
        made[piece] = made.get(piece, 0) + number
    return made


def _with_bundle(
    fewest: dict[int, tuple[int, tuple[tuple[int, int], ...]]], piece: int, bundle: int, most: int
) -> dict[int, tuple[int, tuple[tuple[int, int], ...]]]:
    after = dict(fewest)
    for amount, (number, made) in fewest.items():
        new = amount + piece * bundle
        if new <= most and (new not in after or after[new][0] > number + bundle):
            after[new] = (number + bundle, (*made, (piece, bundle)))
    return after


def most_payable(minor: int, stock: Mapping[int, int]) -> int:
    """The largest amount not above `minor` that a stock can make exactly."""
    reachable = {0}
    for piece, number in stock.items():
        bundle = 1
        left = min(number, minor // piece)
        while left > 0:
            bundle = min(bundle, left)
            reachable |= {each + piece * bundle for each in reachable if each + piece * bundle <= minor}
            left -= bundle
            bundle *= 2
    return max(reachable)
