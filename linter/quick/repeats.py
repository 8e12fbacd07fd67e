"""Scalars of a list that repeat, or are too many: of that the automaton knows nothing."""

from __future__ import annotations


def may_be_odd(text: str, lines: list[str], most: int) -> bool:
    """Whether any two scalars of lists are alike, or there are more than these: a first look."""
    items = [
        line.strip(' -\'"') for line in lines if '- ' in line and (': ' not in line or '#' in line)
    ]
    if len(items) < 2:
        return False
    if len(items) > most or ('#' in text and ' #' in '\n'.join(items)):
        return True
    if len(set(items)) == len(items):
        return False
    if not ('names' in text.replace('namespace', '') or 'profiles' in text):
        # Ports may repeat; of what may not, nothing else is a number.
        items = [item for item in items if not item.isdigit()]
    return len(set(items)) < len(items)


def is_odd_list(lines: list[str], most: int) -> bool:
    """Whether a list with an item on each line repeats a scalar or has more items than these."""
    seen: set[str] = set()
    indent = -1
    count = 0
    for line in lines:
        body = line.lstrip(' ')
        if body[:2] == '- ':
            at = len(line) - len(body)
            if at != indent:
                seen.clear()
                indent, count = at, 0
            count += 1
            text = body[2:].partition(' #')[0].strip(' ')
            item = text.strip('\'"')
            if item in seen and ': ' not in text and text[-1:] != ':':
                return True
            seen.add(item)
            if count > most:
                return True
        elif body and body[0] != '#':
            indent = -1
    return False
