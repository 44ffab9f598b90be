"""``python -m autograd``: a prompt with everything imported."""

from autograd.repl import main

if __name__ == "__main__":
    main()
