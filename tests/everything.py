"""The engine and its options with all rules and facts that there are, as most tests want them."""

from __future__ import annotations

from functools import cache
from typing import Any

from linter.calico.target import Target
from linter.catalogue.catalogue import Catalogue
from linter.catalogue.facts import Facts, Row
from linter.catalogue.library import Library
from linter.engine import check as engine
from linter.engine import conditions as made
from linter.engine import fix
from linter.engine.conditions import Conditions
from linter.engine.fix import Fixed
from linter.engine.outcome import Outcome
from linter.report import formats
from linter.workspace import options


class NotingFacts(Facts):
    """The fact table, which notes the rows that stamp findings."""

    def __init__(self) -> None:
        super().__init__()
        self.stamped: set[Row] = set()

    def find(self, fact: str, kind: str | None, lane: str, target: Target) -> Row | None:
        row = super().find(fact, kind, lane, target)
        if row is not None:
            self.stamped.add(row)
        return row


FACTS = NotingFacts()


@cache
def everything() -> Catalogue:
    """All rules, with facts that note what is asked of them."""
    made = Catalogue(FACTS, Library())
    made.is_standard = True
    return made


check_parsed, check_parts = engine.check_parsed, engine.check_parts


def check(path: str, data: bytes, target: Target, **more: Any) -> Outcome:
    return engine.check(path, data, target, everything(), **more)


def conditions(target: Target, **more: Any) -> Conditions:
    return made.conditions(target, everything(), **more)


def fix_text(path: str, data: bytes, target: Target, **more: Any) -> Fixed:
    return fix.fix_text(path, data, target, everything(), **more)


def write(outcome: Outcome, fmt: str, out: Any, *more: Any, **named: Any) -> None:
    formats.write(outcome, fmt, out, *more, **named, catalogue=everything())


class Options(options.Options):
    def __init__(self, *paths: Any, **more: Any) -> None:
        super().__init__(*paths, **more, catalogue=everything)
