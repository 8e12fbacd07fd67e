"""``calico-lint init`` and ``schema``, and the settings and files that a run would use."""

from __future__ import annotations

import os
import sys

from linter.cli.console import complain
from linter.text.errors import Fatal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.workspace.options import Options


def show_settings(options: Options) -> int:
    from linter.text.escape import emit, escape_line
    from linter.workspace.discover import relative
    from linter.workspace.show_settings import show_settings

    paths = [options.stdin_path() if path == '-' else relative(path) for path in options.paths]
    shown = '\n'.join(show_settings(path, options) for path in paths)
    for line in shown.splitlines():
        emit(sys.stdout, f'{escape_line(line)}\n')
    return 0


def show_files(options: Options) -> int:
    from linter.text.escape import emit, escape_path
    from linter.workspace.discover import STDIN, Unreadable, find

    lookup = options.lookup()
    for entry in find(options.paths, lookup.is_excluded, suffixes=options.suffixes()):
        if isinstance(entry, Unreadable):
            complain(str(entry))
            continue
        if entry == STDIN:
            entry = options.stdin_path()
        if not lookup.is_excluded(entry):
            emit(sys.stdout, f'{escape_path(entry)}\n')
    return 0


def init(directory: str) -> int:
    from linter.text.escape import emit, escape_path
    from linter.workspace.config import NAME
    from linter.workspace.config_text import init

    init(directory)
    emit(sys.stdout, f'wrote {escape_path(os.path.normpath(os.path.join(directory, NAME)))}\n')
    return 0


def schema(kind: str, api: str, version: str | None) -> int:
    import json

    from linter.calico.kinds import ALIASES, KINDS, V2_KINDS
    from linter.calico.schema_files import read_schema
    from linter.calico.target import parse_version
    from linter.text.suggest import listing

    if kind.lower() == 'policy-tests':
        from linter.policytest.fit import schema as schema_of_tests

        print(json.dumps(schema_of_tests(), indent=2, ensure_ascii=False))
        return 0
    kinds = KINDS if api == 'v3' else V2_KINDS
    folded = {name.lower(): name for name in kinds}
    wanted = folded.get(ALIASES.get(kind.lower(), kind).lower())
    if wanted is None:
        raise Fatal(f'there is no schema of kind {kind!r} in {api}: write {listing(kinds)}')
    schema = read_schema(api, wanted)
    if version is not None:
        from linter.calico.schema_versions import for_version

        try:
            schema = for_version(schema, parse_version(version))
        except ValueError as error:
            raise Fatal(str(error)) from None
    from linter.calico.editor_schemas import plain

    print(json.dumps(plain(schema, api), indent=2, ensure_ascii=False))
    return 0
