"""The step-through page: a graph as one HTML file in which its two passes are played and its leaves moved."""

from viz.page.document import page_of, step_through

__all__ = ["page_of", "step_through"]
