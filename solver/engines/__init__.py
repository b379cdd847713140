"""Engines: each turns an :class:`~solver.engines.instance.Instance` into timed shifts."""
