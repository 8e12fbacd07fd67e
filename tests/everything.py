"""The engine and its options with all rules and facts that there are, as most tests want them."""

from __future__ import annotations

from typing import Any

from linter.calico.target import Target
from linter.catalogue.catalogue import standard
from linter.engine import check as engine
from linter.engine import conditions as made
from linter.engine import fix
from linter.engine.conditions import Conditions
from linter.engine.fix import Fixed
from linter.engine.outcome import Outcome
from linter.report import formats
from linter.workspace import options

check_parsed, check_parts = engine.check_parsed, engine.check_parts


def check(path: str, data: bytes, target: Target, **more: Any) -> Outcome:
    return engine.check(path, data, target, standard(), **more)


def conditions(target: Target, **more: Any) -> Conditions:
    return made.conditions(target, standard(), **more)


def fix_text(path: str, data: bytes, target: Target, **more: Any) -> Fixed:
    return fix.fix_text(path, data, target, standard(), **more)


def write(outcome: Outcome, fmt: str, out: Any, *more: Any, **named: Any) -> None:
    formats.write(outcome, fmt, out, *more, **named, catalogue=standard())


class Options(options.Options):
    def __init__(self, *paths: Any, **more: Any) -> None:
        super().__init__(*paths, **more, catalogue=standard)
