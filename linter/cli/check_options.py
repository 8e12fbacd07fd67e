"""What the words of ``check`` mean together, and which of them make no sense so."""

from __future__ import annotations

from linter.text.errors import Fatal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from linter.workspace.options import Options


def options(namespace: argparse.Namespace) -> Options:
    """What `check` is to do; Fatal for words that contradict one another."""
    from linter.calico.target import make_target, parse_version
    from linter.cli.catalogue import catalogue
    from linter.run.run import cores
    from linter.workspace.options import Options

    if '-' in namespace.paths and len(namespace.paths) > 1:
        raise Fatal('- stands for standard input and cannot be mixed with other paths')
    if namespace.stdin_filename is not None and namespace.paths != ['-']:
        raise Fatal('--stdin-filename goes with - (standard input): calico-lint check -')
    fixes = namespace.fix or namespace.unsafe_fixes or namespace.diff
    if fixes and namespace.add_ignore is not None:
        raise Fatal('--add-ignore and fixes exclude each other: fix first, then suppress the rest')
    if namespace.config is not None and namespace.no_config:
        raise Fatal('--config and --no-config exclude each other: name one of them')
    if namespace.config == '':
        raise Fatal('--config names no file (an unset variable in a script?)')
    _check_patterns(namespace.exclude)
    if namespace.jobs is not None and namespace.jobs < 1:
        raise Fatal('--jobs is a number of processes, 1 or more')
    _check_showing(namespace)
    _check_baseline(namespace)
    version = namespace.calico_version
    if version is not None and namespace.admission is not None:
        make_target(version, namespace.admission, None)  # better said before the run
    found = Options(
        tuple(namespace.paths) or ('.',),
        catalogue=catalogue,
        stdin_filename=namespace.stdin_filename,
        version=None if version is None else parse_version(version),
        admission=namespace.admission,
        datastore=namespace.datastore,
        edition=namespace.edition,
        dataplane=namespace.dataplane,
        profile=namespace.profile,
        select=_rule_ids('--select', namespace.select) or None,
        ignore=_rule_ids('--ignore', namespace.ignore),
        embedded=namespace.embedded,
        markdown=namespace.markdown,
        exclude=tuple(namespace.exclude),
        force_exclude=namespace.force_exclude,
        config=namespace.config,
        no_config=namespace.no_config,
        context=namespace.context,
        jobs=namespace.jobs or cores(),
        suppress=not namespace.no_ignore,
        formats=tuple(namespace.output_format),
        statistics=namespace.statistics,
        quiet=namespace.quiet,
        color=namespace.color,
        fail_on='never' if namespace.exit_zero else namespace.fail_on,
        require_policies=namespace.require_policies,
        fix=namespace.fix or namespace.diff,
        unsafe=namespace.unsafe_fixes,
        diff=namespace.diff,
        add_ignore=namespace.add_ignore,
        baseline=namespace.write_baseline or namespace.baseline,
        write_baseline=namespace.write_baseline is not None,
        allow_growth=namespace.allow_growth,
    )
    found.require_context()
    return found


def _check_patterns(patterns: Iterable[str]) -> None:
    """Fatal for one that would exclude nothing."""
    for pattern in patterns:
        from linter.workspace.patterns import parse

        steps = pattern.split('/')
        if parse(pattern) is None or '\n' in pattern or '.' in steps or '..' in steps:
            raise Fatal(
                f'--exclude {pattern!r} matches nothing: write a pattern as in a .gitignore, seen '
                'from the working directory'
            )


def _check_showing(namespace: argparse.Namespace) -> None:
    """Fatal for options that would be left without effect: nothing is checked."""
    if not (namespace.show_settings or namespace.show_files):
        return
    shown = '--show-settings' if namespace.show_settings else '--show-files'
    others = {
        '--show-files': namespace.show_settings and namespace.show_files,
        '--fix': namespace.fix,
        '--unsafe-fixes': namespace.unsafe_fixes,
        '--diff': namespace.diff,
        '--add-ignore': namespace.add_ignore is not None,
        '--write-baseline': namespace.write_baseline is not None,
        '--output-format': namespace.output_format,
        '--statistics': namespace.statistics,
    }
    for other, is_there in others.items():
        if is_there:
            raise Fatal(f'{shown} checks nothing, so {other} has no effect: leave out one of them')


def _check_baseline(namespace: argparse.Namespace) -> None:
    """Fatal for words about the baseline that make no sense together."""
    reading, writing = namespace.baseline, namespace.write_baseline
    if '' in (reading, writing):
        raise Fatal('the baseline has no name (an unset variable in a script?)')
    if writing is not None and (namespace.fix or namespace.diff):
        raise Fatal('--write-baseline and fixes exclude each other: fix first, then write the rest')
    if reading is not None and writing is not None:
        raise Fatal('--write-baseline reads its file itself: leave out --baseline')
    if namespace.allow_growth and writing is None:
        raise Fatal('--allow-growth goes with --write-baseline')
    if namespace.add_ignore is not None and (reading or writing):
        raise Fatal('a baseline and --add-ignore exclude each other: name one of them')


def _rule_ids(option: str, words: Iterable[str]) -> frozenset[str]:
    """Ids of rules, groups unfolded; Fatal names the nearest of an unknown one."""
    if not all(word.strip(', ') for word in words):
        raise Fatal(f'{option} names no rule (an unset variable in a script?)')
    names = [name.strip() for word in words for name in word.split(',') if name.strip()]
    if not names:
        return frozenset()
    from linter.cli.catalogue import catalogue
    from linter.text.suggest import nearest

    rules = catalogue().rules()
    groups: dict[str, set[str]] = {}
    for rule in rules.values():
        groups.setdefault(rule.group, set()).add(rule.id)
    found: set[str] = set()
    for name in names:
        if name in rules:
            found.add(name)
        elif name in groups:
            found |= groups[name]
        else:
            near = nearest(name, [*rules, *groups])
            advice = f'did you mean {near}?' if near else 'see calico-lint rules'
            raise Fatal(f'there is no rule or group {name!r}: {advice}')
    return frozenset(found)
