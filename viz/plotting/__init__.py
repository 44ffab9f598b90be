"""Plots of what a model learns: its losses, its decision boundary, its weights and gradients as heat maps.

They take plain numbers and functions and know nothing of networks. matplotlib draws them, without pyplot, so that no
figure is kept and no setting changed; it is imported by the first plot.
"""
