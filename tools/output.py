"""What generators that write one file have in common: write it, or say whether it is current."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.messages import ROOT, BadTable


def write(
    path: str | os.PathLike[str],
    make: Callable[[], str],
    module: str,
    argv: Sequence[str] | None = None,
) -> int:
    """Write a file, or with ``--check`` say whether it is what it would be (exit status 1).

    ``module`` is the generator, which the message names.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    output = Path(path)
    try:
        text = make()
    except BadTable as error:
        print(error, file=sys.stderr)
        return 1
    if '--check' not in arguments:
        output.write_text(text, encoding='utf-8', newline='\n')
        return 0
    if output.is_file() and output.read_text(encoding='utf-8') == text:
        return 0
    name = output.relative_to(ROOT) if output.is_relative_to(ROOT) else output
    print(f'{name.as_posix()} is stale: run python -m tools.{module}', file=sys.stderr)
    return 1
