"""What Calico says: kinds, targets, whose document it is, decoding, nets, ports, names.

Facts are read from the generated tables; nothing here reports.
"""
