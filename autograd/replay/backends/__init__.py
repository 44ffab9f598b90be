"""Ways to replay a tape: each module makes kernels, or source, of it. See :mod:`.base`."""
