"""Documents that are surely clean, recognised by their lines and never parsed.

``read`` is the way in. It answers *surely clean* or *ask the engine*, and never reports anything.
"""
