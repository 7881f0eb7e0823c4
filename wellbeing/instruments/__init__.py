"""The questionnaires there are: one file each, found by being there, and those that are refused."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from wellbeing.instrument import Instrument, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def instruments() -> Mapping[str, Instrument]:
    """Every questionnaire that may be used, by its key."""
    found = [each for each in _declared() if isinstance(each, Instrument)]
    return MappingProxyType({each.key: each for each in sorted(found, key=lambda each: each.key)})


@cache
def refusals() -> Mapping[str, Refusal]:
    """Every questionnaire that is refused, by its key."""
    found = [each for each in _declared() if isinstance(each, Refusal)]
    return MappingProxyType({each.key: each for each in sorted(found, key=lambda each: each.key)})


def instrument(key: str) -> Instrument | Refusal | None:
    """The questionnaire of a key, or the refusal with its reason; None when nobody heard of it."""
    return instruments().get(key) or refusals().get(key)


def _declared() -> tuple[object, ...]:
    modules = [importlib.import_module(f"{__name__}.{each.name}") for each in pkgutil.iter_modules(__path__)]
    declared = [value for module in modules for value in vars(module).values()]
    refused = [each for value in declared if isinstance(value, tuple) for each in value if isinstance(each, Refusal)]
    return (*declared, *refused)
