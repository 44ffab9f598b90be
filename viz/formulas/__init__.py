"""Mathematics in one notation: what cards, derivations, pages and the command line print is the same formula.

``notation.py`` has the tree and what puts brackets into it, ``operations.py`` reads the record of an operation into
such a tree (and its local derivatives, by running its partials on names), ``writers.py`` writes a tree as text, as
LaTeX and as MathML.
"""
