"""Who gets how much of what is short: lexicographic max-min over takers, in whole steps.

Arrays in, amounts out: it knows no household and no goods.
"""
