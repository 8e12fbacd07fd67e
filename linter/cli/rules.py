"""``calico-lint rules`` and ``calico-lint explain``."""

from __future__ import annotations

import sys

from linter.text.errors import Fatal


def explain(name: str) -> int:
    from linter.cli.catalogue import catalogue
    from linter.cli.explain import page
    from linter.diagnostic import url_of
    from linter.report._common import wants_color
    from linter.text.escape import emit
    from linter.text.suggest import listing, nearest

    known = catalogue().rules()
    if name not in known:
        group = [rule.id for rule in known.values() if rule.group == name]
        if group:
            raise Fatal(f'{name} is a group of rules: write {listing(group)}')
        near = nearest(name, known)
        advice = f'did you mean {near}?' if near else 'see calico-lint rules'
        raise Fatal(f'there is no rule {name!r}: {advice}')
    if sys.stdout.isatty() or wants_color(sys.stdout):
        from linter.report.terminal import write_page

        write_page(page(known[name]), url_of(name), sys.stdout, wants_color(sys.stdout))
        return 0
    emit(sys.stdout, f'{page(known[name])}\n')
    return 0


def rules(output_format: str) -> int:
    from linter.cli import explain
    from linter.report._common import wants_color
    from linter.report.pieces import plain
    from linter.text.escape import emit

    if output_format == 'json':
        print(explain.as_json())
        return 0
    width = None
    if sys.stdout.isatty():
        from shutil import get_terminal_size

        width = get_terminal_size().columns
    lines = explain.listing(width)
    if wants_color(sys.stdout):
        from linter.report.terminal import write_pieces

        write_pieces(lines, sys.stdout, color=True)
        return 0
    for line in lines:
        emit(sys.stdout, f'{plain(line)}\n')
    return 0
