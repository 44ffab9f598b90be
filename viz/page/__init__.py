"""The step-through page: a graph as one HTML file in which its two passes are played and its leaves moved."""

from viz.page.document import Page, page_in_parts, page_of, step_through

__all__ = ["Page", "page_in_parts", "page_of", "step_through"]
