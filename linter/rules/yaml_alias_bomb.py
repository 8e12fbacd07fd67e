"""A Calico document unfolds its aliases into something enormous.

calicoctl refuses it (`document contains excessive aliasing`), by the same rule.
"""

GROUP = 'yaml'
