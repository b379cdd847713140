"""The rules of a plan, one family per module: each judges from problem and plan alone.

Nothing here knows an engine; engines know nothing from here. A rule is a function from a
:class:`~solver.rules.day.Day` to the violations that it finds.
"""
