"""One file after another: what to do, what came of it."""

from __future__ import annotations

import sys
from io import BytesIO

from linter.calico.prefilter import (
    NOT_CALICO,
    documents_in,
    may_be_calico,
    may_be_json_patch,
    may_hold_calico,
)
from linter.engine.outcome import Outcome
from linter.text.errors import Fatal
from linter.workspace import discover
from linter.workspace.lookup import KUSTOMIZATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from linter.calico.surroundings import Surroundings
    from linter.diagnostic import Diagnostic
    from linter.engine.conditions import Conditions
    from linter.policy.model import Record, Unusable
    from linter.quick.read import Reader
    from linter.suppress.model import Suppression
    from linter.workspace.lookup import Lookup
    from linter.workspace.options import Options
    from linter.workspace.settings import Settings


def check(entry: str | discover.Unreadable, options: Options, outcome: Outcome) -> None:
    """Check one file that ``discover.find`` named; whatever goes wrong with it stays with it."""
    if isinstance(entry, discover.Unreadable):
        outcome.errors.append(str(entry))
        return
    lookup = options.lookup()
    try:
        if entry == discover.STDIN:
            path = options.stdin_path()
            if not (options.stdin_filename and lookup.is_excluded(path)):
                parts = standard_input(path)
                if lookup.may_be_in_root(path):
                    # What is said of all together needs it once more.
                    text = outcome.texts[path] = b''.join(parts)
                    parts = discover.parts(BytesIO(text))
                check_parts(path, parts, options, outcome)
        elif not lookup.is_excluded(entry):
            check_parts(entry, discover.read(entry), options, outcome, again=discover.read)
    except Fatal:
        raise
    except Exception as error:
        outcome.errors.append(failure_message(entry, error))


def failure_message(path: str, error: Exception) -> str:
    """Why nothing came of a file, of an exception in hand; a run goes on with the next one."""
    if isinstance(error, discover.Unreadable):
        return str(error)
    if isinstance(error, MemoryError):
        # What it took is free again, and the next file may be smaller.
        return str(discover.Unreadable(path, 'there is not enough memory for it'))
    import traceback

    reason = f'this is a bug of calico-lint:\n{traceback.format_exc()}'
    return str(discover.Unreadable(path, reason))


def standard_input(path: str) -> Iterator[bytes]:
    """What it holds, in parts; raises Unreadable."""
    stream = sys.stdin
    if stream is None:
        raise discover.Unreadable(path, 'standard input is closed')
    try:
        yield from discover.parts(stream.buffer)
    except OSError as error:
        reason = f'standard input cannot be read: {error.strerror or error}'
        raise discover.Unreadable(path, reason) from None


def check_parts(
    path: str,
    parts: Iterator[bytes],
    options: Options,
    outcome: Outcome,
    again: Callable[[str], Iterator[bytes]] | None = None,
) -> None:
    """Check a file of which these are the parts, whatever its path holds now.

    ``again`` reads a large file once more: only what can be read again is looked at quickly first.
    """
    lookup = options.lookup()
    settings = lookup.settings_for(path)
    first = next(parts)
    second = next(parts, None)
    outcome.files += 1
    if b'namespace' in first and path.endswith(KUSTOMIZATIONS):
        from linter.run.kustomized import note_namespace

        note_namespace(path, conditions_of(path, options), lookup, outcome)
    if b'target' in first and path.endswith(KUSTOMIZATIONS) and lookup.may_be_in_root(path):
        # Its patches change what other files define.
        outcome.kubernetes.append(path)
    if second is None and not may_be_calico(first) and not _may_hold(first, path, settings, lookup):
        # Nearly every file ends here, before the engine is even imported.
        if lookup.may_be_in_root(path) and _KIND in first:
            _note_others(first, path, lookup, outcome)
        count = documents_in(first)
        outcome.documents += count
        outcome.skip(NOT_CALICO, count)
        return
    from linter.quick.read import reader

    in_root = lookup.may_be_in_root(path)
    if in_root and (second is not None or _may_hold_policies(first)):
        outcome.kubernetes.append(path)
        has_others = False
    else:
        has_others = in_root
    # What is surely clean is so for the default profile alone. In a root, a file may be read again
    # for a place in it.
    is_usual = settings.profile == 'default' and not settings.select
    is_quick = is_usual and (again is not None or (second is None and not in_root))
    quick = reader(settings.target) if is_quick else None
    if _needs_a_closer_look(first, path, settings, lookup):
        quick = None
    bug: str | None = None
    if quick is not None:
        noted = _noted_of(path, quick, settings, lookup) if in_root else None
        try:
            clean = quick.parts((first,) if second is None else joined(first, second, parts), noted)
        except (discover.Unreadable, MemoryError):
            raise
        except Exception as error:
            # The engine judges the file instead, whether it meets this bug of ours or not.
            clean, bug = None, failure_message(path, error)
        if clean is not None:
            if noted is not None and noted.records:
                outcome.records += noted.records
                outcome.placeless.append(path)
            outcome.documents += clean.documents
            outcome.checked += clean.checked
            if clean.documents > clean.checked:
                outcome.skip(NOT_CALICO, clean.documents - clean.checked)
            # Each that was checked has the word once, or oftener.
            if has_others and first.count(_KIND) > clean.checked:
                _note_others(first, path, lookup, outcome)
            return
        if second is not None and again is not None:
            parts = again(path)
            first, second = next(parts), None

    if has_others:
        _note_others(first, path, lookup, outcome)
    from linter.engine.check import check_parts as check_all

    found = check_all(
        path,
        joined(first, second, parts),
        conditions_of(path, options),
    )
    found.files = 0
    outcome.add(found)
    if bug is not None and not found.errors:
        outcome.errors.append(bug)


def joined(first: bytes, second: bytes | None, rest: Iterator[bytes]) -> Iterator[bytes]:
    """The parts of a file of which one or two were looked at."""
    yield first
    if second is not None:
        yield second
    yield from rest


class _Noted:
    """What the clean documents of a file mean, for the rules of a root."""

    def __init__(self, quick: Reader, settings: Settings, lookup: Lookup) -> None:
        # Imported lazily: where nothing is a root, documents mean nothing.
        from linter.calico.surroundings import ALONE
        from linter.engine.summaries import placed, semantics_of

        self.quick = quick
        self.settings = settings
        self.lookup = lookup
        self.semantics = semantics_of(settings.target.version, settings.dataplane)
        self.placed = placed
        self.alone = ALONE

    def at(self, path: str) -> _Noted:
        """The same, of another file."""
        self.path = path
        self.surroundings = self.lookup.surroundings_of(path)
        self.records: list[Record | Unusable] = []
        return self

    def __call__(self, text: str) -> bool:
        if self.surroundings.is_patch:
            return False
        record: Record | Unusable | None = self.quick.meaning(text, self.path, self.semantics)
        if record is None:
            return False
        if self.surroundings is not self.alone:
            record = self.placed(record, self.surroundings)
        self.records.append(record)
        return True


def _noted_of(path: str, quick: Reader, settings: Settings, lookup: Lookup) -> _Noted:
    for one in _notes:
        if one.quick is quick and one.settings is settings and one.lookup is lookup:
            return one.at(path)
    _notes[:] = [_Noted(quick, settings, lookup)]
    return _notes[0].at(path)


_notes: list[_Noted] = []
"""The last that was made: most files of a run have the same settings."""

_KIND = b'kind'
_OTHERS = {
    b'Service': 'Service',
    b'Namespace': 'Namespace',
    **dict.fromkeys(
        (b'Pod', b'Deployment', b'StatefulSet', b'DaemonSet', b'ReplicaSet', b'Job', b'CronJob'),
        'Workload',
    ),
}
"""The kinds of Kubernetes that rules of a root ask for, and what they call them."""
_BLANKS = bytes.maketrans(b'"\':,#{}[]', b' ' * 9)
_FAR = 80
"""Bytes behind ``kind`` in which its value begins."""


def others_in(data: bytes) -> Iterator[str]:
    """What a file may hold of ``_OTHERS``, be it YAML, JSON or a template of either."""
    at = data.find(_KIND)
    while at != -1:
        at += len(_KIND)
        # With a comment behind it, or on the next line.
        words = data[at : at + _FAR].translate(_BLANKS).split(None, 1)
        kind = _OTHERS.get(words[0]) if words else None
        if kind is not None:
            yield kind
        at = data.find(_KIND, at)


def _may_hold_policies(data: bytes) -> bool:
    """Whether a file may have policies of Kubernetes' own; a template may fill in their API."""
    return b'networking.k8s.io' in data or (b'{{' in data and b'NetworkPolicy' in data)


def _note_others(data: bytes, path: str, lookup: Lookup, outcome: Outcome) -> None:
    """Note a file that may hold objects of Kubernetes that a rule of a root asks for."""
    has_namespace = False
    for kind in others_in(data):
        if kind in lookup.reads(path):
            if kind != 'Namespace':
                outcome.others.append(path)
                return
            has_namespace = True
    if has_namespace:
        outcome.namespaces.append(path)


def _needs_a_closer_look(data: bytes, path: str, settings: Settings, lookup: Lookup) -> bool:
    """Whether what is around a file, or inside its documents, may be worth a word."""
    return (
        settings.embedded
        or settings.markdown
        or b'patch' in data
        or may_be_json_patch(data)
        # Into objects without a namespace kustomize might write one.
        or (lookup.has_kustomization(path) and _may_be_global(data))
    )


def _may_be_global(data: bytes) -> bool:
    # Written out, since a loop over a table takes five times as long.
    return (
        b'Global' in data
        or b'HostEndpoint' in data
        or b'IPPool' in data
        or b'Profile' in data
        or b'Tier' in data
    )


def _may_hold(data: bytes, path: str, settings: Settings, lookup: Lookup) -> bool:
    """Whether something of Calico's may be in a file that does not look like it."""
    if settings.embedded and may_hold_calico(data):
        return True
    return may_be_json_patch(data) and lookup.surroundings_of(path).patch_target is not None


def conditions_of(path: str, options: Options) -> Conditions:
    """What a file of a run is checked by."""
    lookup = options.lookup()
    settings = lookup.settings_for(path)
    around = lookup.surroundings_of(path)
    for key, made in _made:
        if key[0] is options and key[1] is settings and key[2] is around:
            return made
    # Imported lazily: most runs have nothing to say.
    from linter.engine.conditions import Conditions

    made = Conditions(
        settings.target,
        options.catalogue().selecting(settings.select, settings.ignore, settings.profile),
        around,
        options.suppress,
        settings.require_reason,
        identify=options.baseline is not None,
        embedded=settings.embedded,
        markdown=settings.markdown,
        summarise=lookup.may_be_in_root(path),
        dataplane=settings.dataplane,
    )
    _made[:] = [((options, settings, around), made)]
    return made


_made: list[tuple[tuple[Options, Settings, Surroundings], Conditions]] = []
"""The last that were made: files of a folder are all checked by the same."""


def settle(outcome: Outcome, options: Options) -> None:
    """Apply suppressions and settings, now that all findings of all files are known."""
    if not outcome.found:
        return
    from linter.engine.settle import settle as settle_file

    for file in outcome.found:
        settings = options.lookup().settings_for(file.path)
        terms = conditions_of(file.path, options)
        kept, suppressed = settle_file(file, terms)
        if settings.passes:
            outcome.passed += sum(one.fact in settings.passes for one in kept)
        outcome.diagnostics += apply_settings(kept, settings)
        keep_suppressed(outcome, suppressed, settings)
    outcome.found = []


def keep_suppressed(
    outcome: Outcome, suppressed: Iterable[tuple[Diagnostic, Suppression]], settings: Settings
) -> None:
    """Keep what suppressions hide, as far as anybody wanted to know of it."""
    for diagnostic, suppression in suppressed:
        for one in apply_settings((diagnostic,), settings):
            outcome.suppressed.append((one, suppression))


def apply_settings(diagnostics: Iterable[Diagnostic], settings: Settings) -> Iterator[Diagnostic]:
    """The findings that a user selected, with the severities that the user wants."""
    for diagnostic in diagnostics:
        if settings.wants(diagnostic.rule) and diagnostic.fact not in settings.passes:
            severity = settings.severity.get(diagnostic.rule)
            yield diagnostic if severity is None else diagnostic._replace(severity=severity)
