"""How a price names the models it is for: the grammar of `model` and `aliases`.

An alias is one of

    gpt-4o              that name
    gpt-4o-2024-*       names that begin so
    *claude-opus-5*     names that contain it
    *amazon.titan       names that end so (any other place of `*` works too)
    /^grok-4-\\d{8}$/    a regular expression, searched in the lower-cased name

Names are compared without regard to case. `pricing/match.py` ranks what matches. Pure.
"""

from __future__ import annotations

import re
from typing import Literal

from pricing.values import dataclass

Kind = Literal["equals", "prefix", "contains"]
KINDS: dict[Kind, str] = {
    "equals": "equals",
    "prefix": "begins with",
    "contains": "contains",
}
"""How a name is compared, best first, in words for people."""


class BadPattern(ValueError):
    """An alias nobody can match; str() is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to name a model."""

    kind: Kind
    """Its rank; a suffix, a glob and a regular expression rank as `contains`."""
    text: str
    """Lower case; for a regular expression and a glob the source as written."""
    regex: re.Pattern[str] | None = None

    def matches(self, name: str) -> bool:
        """True when a lower-cased model name is meant."""
        if self.regex is not None:
            return self.regex.search(name) is not None
        if self.kind == "equals":
            return name == self.text
        if self.kind == "prefix":
            return name.startswith(self.text)
        return self.text in name


def from_row(model: str, match: str) -> Pattern:
    """The pattern that a row's `model` and `match` columns say."""
    kind: Kind = next((each for each in KINDS if each == match), "equals")
    return Pattern(kind, model.lower())


def from_alias(alias: str) -> Pattern:
    """Read one alias; raises BadPattern."""
    text = alias.strip()
    if not text.strip("*"):
        raise BadPattern("An alias must hold more than stars.")
    if len(text) > 2 and text.startswith("/") and text.endswith("/"):
        return Pattern("contains", text, _compiled(text[1:-1]))
    text = text.lower()
    inner = text[1:] if text.startswith("*") else text
    if "*" not in text:
        return Pattern("equals", text)
    if inner.endswith("*") and "*" not in inner[:-1]:
        is_prefix = inner is text
        return Pattern("prefix" if is_prefix else "contains", inner[:-1])
    return Pattern("contains", text, _glob(text))


def _glob(text: str) -> re.Pattern[str]:
    return re.compile("^" + ".*".join(map(re.escape, text.split("*"))) + "$")


def _compiled(source: str) -> re.Pattern[str]:
    try:
        return re.compile(source)
    except re.error as error:
        raise BadPattern(
            f"The alias /{source}/ is no regular expression: {error}."
        ) from None
