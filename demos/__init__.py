"""One runnable file per story: ``python -m demos`` lists them."""
