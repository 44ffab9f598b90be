"""Plots of what a model learns: its losses, its decision boundary, its weights and gradients as heat maps.

They take plain numbers and functions, know nothing of networks, and are drawn by matplotlib without pyplot, so that
no figure is kept and no setting changed. matplotlib is imported when something is plotted.
"""
