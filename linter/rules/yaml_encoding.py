"""A file that is Calico's is not valid UTF-8.

YAML is UTF-8, or UTF-16 with a byte order mark.
"""

GROUP = 'yaml'
