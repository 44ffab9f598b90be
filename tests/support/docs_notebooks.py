"""A notebook as a page of Markdown: its text, its code, and what the code showed when the notebook was stored."""

from __future__ import annotations

import base64
import html
from pathlib import Path
from typing import Any

import nbformat


def markdown(path: Path, folder: Path) -> str:
    """The notebook at ``path`` in Markdown; its pictures are written to ``folder``, in the order of the cells."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    parts = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            parts.append(cell.source)
            continue
        parts.append(f"```python\n{cell.source}\n```")
        stem = f"{path.stem}_{number}"
        parts += [shown(output, folder / f"{stem}_{place}") for place, output in enumerate(cell.outputs)]
    return "\n\n".join(filter(None, parts))


def shown(output: Any, file: Path) -> str:
    """What a cell showed, as Markdown: a picture beside the page, else its text; empty where there is none."""
    if output.output_type == "stream":
        return block(output.text)
    if "image/svg+xml" in output.data:
        return image(file.with_suffix(".svg"), output.data["image/svg+xml"].encode())
    if "image/png" in output.data:
        return image(file.with_suffix(".png"), base64.b64decode(output.data["image/png"]))
    return block(output.data["text/plain"])


def block(text: str) -> str:
    """A block of output, which the theme sets apart from the code above it; a blank line would end it in Markdown."""
    lines = (html.escape(line) or "&#8203;" for line in text.rstrip().splitlines())
    return f'<pre class="output">{"&#10;".join(lines)}</pre>' if text.strip() else ""


def image(file: Path, content: bytes) -> str:
    """A picture, written where the page is."""
    file.write_bytes(content)
    return f'<img src="{file.name}" alt="what the cell draws">'
