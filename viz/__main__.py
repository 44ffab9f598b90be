"""``python -m viz``: an expression from the command line, differentiated and shown."""

import sys

from viz.cli import main

if __name__ == "__main__":
    sys.exit(main())
