"""What a kustomization does to the files that it takes, wherever they are."""

from __future__ import annotations

import os
from collections.abc import Iterator

from linter.calico.kinds import KINDS
from linter.calico.ownership import CalicoObject
from linter.calico.parsed_file import parse_bytes
from linter.calico.prefilter import may_be_calico
from linter.calico.surroundings import Place
from linter.engine.check import FileCheck
from linter.engine.conditions import Conditions
from linter.engine.outcome import Outcome
from linter.workspace.discover import Unreadable, read
from linter.workspace.files import is_file, is_folder
from linter.workspace.lookup import Lookup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from linter.workspace.files import Files

# Who has more than this has other worries; and folders may name one another in circles.
_MOST = 2000


def note_namespace(path: str, conditions: Conditions, lookup: Lookup, outcome: Outcome) -> None:
    """Say so where a kustomization writes its namespace into objects that have none."""
    found = lookup.kustomizations.of(os.path.dirname(os.path.abspath(path)))
    if found is None or found.namespace is None or path in outcome.mistakes:
        return
    check = FileCheck(path, conditions)
    for file in files_of(found.folder, lookup):
        kind, api = _global_in(file, lookup.files)
        if kind:
            place = Place(found.source, found.namespace)
            check.judge.note_namespace(place, kind, check.target.lane(api))
            outcome.mistakes.update(check.outcome.mistakes)
            return


def files_of(folder: str, lookup: Lookup) -> Iterator[str]:
    """The resources of the kustomization in a folder, those of the folders that it takes too."""
    waiting = [folder]
    seen: set[str] = set()
    while waiting and len(seen) < _MOST:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        if is_folder(at, lookup.files):
            found = lookup.kustomizations.of(at)
            waiting += [] if found is None else sorted(found.resources, reverse=True)
        elif is_file(at, lookup.files):
            yield at


def _global_in(path: str, files: Files) -> tuple[str, str]:
    """A kind without a namespace in a file, and its API; '' and '' where there is none."""
    try:
        data = b''.join(read(path, files))
    except Unreadable:
        return '', ''
    for document in parse_bytes(path, data).documents if may_be_calico(data) else ():
        for one in document.objects if document.error is None else ():
            if isinstance(one, CalicoObject) and one.kind and not KINDS[one.kind].namespaced:
                return one.kind, one.api
    return '', ''
