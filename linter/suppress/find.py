"""Suppressions: comments and annotations that keep findings from being reported.

``# calico-lint: ignore[rule-a, rule-b] reason`` covers

- at the end of a line: the findings that start on the line. A scalar of several lines makes one
  line of all of them, so that the comment may stand behind ``|`` or a closing quote;
- alone on a line: the node that starts on the next line that is neither blank nor a comment: an
  entry of a mapping (key and value), an item of a list, a value. Above the first key of a document,
  above its ``---`` or behind that it is the whole document. A comment that is indented more than
  what follows it stands above nothing.

``# calico-lint: ignore-file[rule-a] reason`` covers the file, wherever it stands. The annotation
``calico-lint/ignore: "rule-a; rule-b: reason"`` covers its object. Ids are ids of rules, never of
groups, so that a new rule is not switched off before anybody has seen it. What looks like a comment
inside a scalar is none; a document that does not parse has no known scalars, so there the text
alone counts, a comment alone is for the next line, and nothing is held against a suppression.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from linter.calico.ownership import field
from linter.calico.parsed_file import FOREIGN, ParsedFile
from linter.catalogue.catalogue import Catalogue
from linter.diagnostic import Finding
from linter.suppress.annotation import (
    ANNOTATION,
    Written,
    entries_of,
    without_annotation,
    without_entry,
)
from linter.suppress.comment import (
    HEAD,
    ID,
    Comment,
    comments,
    exact,
    without_comment,
)
from linter.suppress.malformed import malformed
from linter.suppress.model import (
    ANNOTATION_FORM,
    FORM,
    MARK,
    Named,
    Suppression,
)
from linter.text.edit import Edit, Fix
from linter.text.source import Span
from linter.text.suggest import nearest, quoted
from linter.yaml.documents import DocumentSlice
from linter.yaml.layout import MARKER, SPACES, DocumentLines
from linter.yaml.nodes import MappingNode, Node, Scalar


def find(
    parsed: ParsedFile,
    catalogue: Catalogue,
    *,
    partial: Collection[int] = (),
    more: bool = False,
) -> list[Suppression]:
    """The suppressions of a file, or of a part of it, in its order.

    In documents that are not Calico's only ``ignore-file`` counts. ``catalogue`` has the ids of all
    rules, and ``partial`` are the numbers of the documents that were not judged to the end.
    ``more``: another part follows.
    """
    finder = _Finder(parsed, catalogue, partial, more)
    found = [*finder.comments(), *finder.annotations()]
    return sorted(found, key=lambda suppression: suppression.span)


_MARK = re.compile(MARK, re.IGNORECASE)


class _Finder:
    def __init__(
        self, parsed: ParsedFile, catalogue: Catalogue, partial: Collection[int], more: bool
    ) -> None:
        self.source = parsed.source
        self.text = parsed.source.text
        self.documents = parsed.documents
        self.catalogue = catalogue
        self.known = frozenset(catalogue.ids())
        self.ids = tuple(sorted(self.known))
        # Found out once: a file may ask as often as it has room.
        self._groups: frozenset[str] | None = None
        self._like: dict[str, str | None] = {}
        self.partial = partial
        self.more = more

    def lines_of(self, number: int) -> DocumentLines:
        return self.documents[number].lines

    def is_ours(self, number: int) -> bool:
        document = self.documents[number]
        return document.is_host or document.whose != FOREIGN or document.is_stray

    def is_settled(self, number: int) -> bool:
        document = self.documents[number]
        return (
            self.is_ours(number)
            and document.root is not None
            and document.index not in self.partial
        )

    def comments(self) -> Iterator[Suppression]:
        end = 0
        for number, document in enumerate(self.documents):
            extent = document.slice
            if HEAD.search(self.text, end, extent.start):
                yield from self.on_marker(number, end)
            end = extent.end
            if HEAD.search(self.text, extent.start, end):
                lines = document.lines
                for comment in comments(lines, extent.start, end):
                    yield from self.comment(lines, comment, number)

    def on_marker(self, number: int, begin: int) -> Iterator[Suppression]:
        """Comments on the ``---`` line before a document, which belongs to none."""
        extent = self.documents[number].slice
        lines = DocumentLines(self.source, DocumentSlice(extent.index, begin, extent.start), None)
        for comment in comments(lines, begin, extent.start):
            yield from self.place(self.lines_of(number), comment, number)

    def comment(self, lines: DocumentLines, comment: Comment, index: int) -> Iterator[Suppression]:
        extent = lines.extent
        if not comment.is_alone:
            yield from self.place(lines, comment, index)
            return
        above = lines.reach_above(comment.line, comment.column)
        if above is None:
            following = index + 1 < len(self.documents)
            if lines.is_empty:
                target = index + 1 if following and self.is_ours(index + 1) else index
                whole = Span(
                    extent.start, lines.next_of(lines.line(self.documents[target].slice.end))
                )
                is_settled = self.is_settled(target) or target == index
                yield from self.read(lines, comment, 'document', whole, True, is_settled)
                return
            if following and comment.column == 0:
                target = index + 1
                last = self.documents[target].slice
                whole = Span(last.start, lines.next_of(lines.line(last.end)))
                yield from self.read(
                    lines, comment, 'document', whole, self.is_ours(target), self.is_settled(target)
                )
                return
            above = 'node', Span(comment.start, comment.start)
            if self.more and not following:
                # The document is in the next part.
                yield from self.read(lines, comment, *above, is_ours=False, is_settled=True)
                return
        yield from self.read(lines, comment, *above, self.is_ours(index), self.is_settled(index))

    def place(self, lines: DocumentLines, comment: Comment, index: int) -> Iterator[Suppression]:
        """A comment at the end of a line."""
        begin = lines.start_of(comment.line)
        extent = lines.extent
        is_marker = begin <= extent.start and MARKER.match(self.text, begin) is not None
        if is_marker and self.text[begin : self.text.index('#', begin)].strip(SPACES) == '---':
            scope = 'document'
            reach = Span(begin, lines.next_of(lines.line(extent.end)))
        else:
            scope = 'line'
            first, last = lines.lines(comment.line)
            reach = Span(lines.start_of(first), lines.next_of(last))
        yield from self.read(
            lines, comment, scope, reach, self.is_ours(index), self.is_settled(index)
        )

    def read(
        self,
        lines: DocumentLines,
        comment: Comment,
        scope: str,
        reach: Span,
        is_ours: bool,
        is_settled: bool,
    ) -> Iterator[Suppression]:
        text = self.text
        # Else it may stand in a scalar, and nothing is held against it.
        is_known = lines.root is not None or lines.is_empty
        found = exact(text, comment)
        if found is None:
            problem = malformed(self.text, comment, self.meant) if is_ours and is_known else None
            if problem is not None:
                yield Suppression(self.source, scope, problem.span, reach, (), '', (problem,))
            return
        if found['word'] == 'ignore-file':
            scope = 'file'
            reach = Span(0, len(text) + 1)
            is_settled = is_known
        elif not is_ours:
            return
        span = Span(comment.start, found.end())
        begin = found.start('ids')
        words = [
            Span(begin + word.start(), begin + word.end()) for word in ID.finditer(found['ids'])
        ]
        problems: list[Finding] = []
        if not words:
            form = FORM.replace('ignore', found['word'])
            problems.append(
                Finding(
                    'suppression-malformed',
                    span,
                    f'this names no rule and so suppresses nothing: write {form}',
                )
            )
        names: list[Named] = []
        seen: set[str] = set()
        for number, word in enumerate(words):
            name = text[word.start : word.end]
            if len(words) == 1:
                removal = without_comment(lines, comment)
            elif number + 1 < len(words):
                removal = _cut(name, Span(word.start, words[number + 1].start))
            else:
                removal = _cut(name, Span(words[number - 1].end, word.end))
            if name in self.known:
                names.append(Named(name, word, removal, name in seen))
                seen.add(name)
            else:
                problems.append(self.unknown(name, word, removal))
        reason = text[found.end() : comment.end].strip(SPACES).lstrip(':-–— ')
        if not is_known:
            problems = []
        yield Suppression(
            self.source, scope, span, reach, tuple(names), reason, tuple(problems), is_settled
        )

    def unknown(self, name: str, span: Span, removal: Fix | None) -> Finding:
        meant = self.meant(name)
        if meant is not None:
            message = f'there is no rule {quoted(name)}: write {meant}'
            fix = Fix(f'Write {meant}', 'safe', (Edit(span, meant),))
            return Finding('suppression-unknown', span, message, fix=fix)
        # What is meant cannot be known, so that taking it out is not for everyone.
        unsafe = removal and removal._replace(applicability='unsafe')
        if name in self.groups():
            message = f'{name} is a group of rules: name the rules one by one'
            return Finding('suppression-unknown', span, message, fix=unsafe)
        if name.lower() == 'all':
            message = (
                f'{name} is no rule, and there is no word for every rule: name them one by one'
            )
            return Finding('suppression-unknown', span, message, fix=unsafe)
        like = self.like(name.lower())
        if like is not None:
            message = f'there is no rule {quoted(name)}: did you mean {like}?'
            unsafe = Fix(f'Write {like}', 'unsafe', (Edit(span, like),))
        else:
            message = f'there is no rule {quoted(name)}: see calico-lint rules'
        return Finding('suppression-unknown', span, message, fix=unsafe)

    def groups(self) -> frozenset[str]:
        if self._groups is None:
            self._groups = frozenset(self.catalogue.groups())
        return self._groups

    def like(self, word: str) -> str | None:
        """The only id that has a word in it."""
        if word not in self._like:
            found = [id for id in self.ids if f'-{word}-' in f'-{id}-']
            self._like[word] = found[0] if len(found) == 1 else None
        return self._like[word]

    def meant(self, name: str) -> str | None:
        """The id that was meant."""
        plain = name.strip('\'"`').replace('_', '-')
        return plain if plain in self.known else nearest(plain, self.ids)

    def annotations(self) -> Iterator[Suppression]:
        """The annotations of all objects that are Calico's."""
        for index, document in enumerate(self.documents):
            extent = document.slice
            if _MARK.search(self.text, extent.start, extent.end) is None or not self.is_ours(index):
                continue
            for result in document.objects:
                metadata = field(result.node, 'metadata')
                if metadata is None or not isinstance(metadata[1], MappingNode):
                    continue
                held = field(metadata[1], 'annotations')
                if held is None or not isinstance(held[1], MappingNode):
                    continue
                lines = self.lines_of(index)
                reach = Span(extent.start, lines.next_of(lines.line(extent.end)))
                if result.node is not document.root:
                    reach = Span(result.node.outer, lines.after(result.node.end))
                for at, (key, value) in enumerate(held[1].entries):
                    if isinstance(key, Scalar) and key.value.lower().startswith(f'{MARK}/'):
                        removal = without_annotation(self.source, metadata[1], held[1], at)
                        yield from self.annotation(
                            key, value, reach, removal, self.is_settled(index)
                        )

    def annotation(
        self,
        key: Scalar,
        value: Node,
        reach: Span,
        removal: Fix | None,
        is_settled: bool,
    ) -> Iterator[Suppression]:
        place = Span(key.start, key.end)
        if key.value != ANNOTATION:
            quote = key.style if key.style in ('"', "'") else ''
            fix = None
            if nearest(key.value, (ANNOTATION,)) is not None:
                edit = Edit(place, f'{quote}{ANNOTATION}{quote}')
                fix = Fix(f'Write {ANNOTATION}', 'safe', (edit,))
            message = f'{quoted(key.value)} is no annotation of calico-lint: write {ANNOTATION}'
            problem = Finding('suppression-malformed', place, message, fix=fix)
            yield Suppression(self.source, 'object', place, reach, (), '', (problem,))
            return
        entries = entries_of(value, self.known) if isinstance(value, Scalar) else []
        if not entries or not isinstance(value, Scalar):
            span = Span(value.start, value.end) if value.end > value.start else place
            message = f'this names no rule and so suppresses nothing: write {ANNOTATION_FORM}'
            problem = Finding('suppression-malformed', span, message)
            yield Suppression(self.source, 'object', span, reach, (), '', (problem,))
            return
        seen: set[str] = set()
        written = Written(self.text, value)
        for number, entry in enumerate(entries):
            span = written.spot(entry.start, entry.end) or Span(value.start, value.end)
            cut = removal
            if len(entries) > 1:
                cut = without_entry(written, entries, number)
            if entry.id in self.known:
                names = (Named(entry.id, span, cut, entry.id in seen),)
                yield Suppression(
                    self.source, 'object', span, reach, names, entry.reason, is_settled=is_settled
                )
                seen.add(entry.id)
            else:
                problem = self.unknown(entry.id, span, cut)
                if span == (value.start, value.end) and entry.end - entry.start < len(value.value):
                    problem = problem._replace(fix=None)
                yield Suppression(
                    self.source, 'object', span, reach, (), entry.reason, (problem,), is_settled
                )


def _cut(name: str, span: Span) -> Fix:
    return Fix(f'Remove {name}', 'safe', (Edit(span, ''),))
