"""``python -m tests.benchmarks``: every side-by-side benchmark, one after the other."""

from tests.benchmarks import derivatives, drawing, eager, engine_steps, gradbench, records, replay, training

if __name__ == "__main__":
    eager.main()
    engine_steps.main()
    replay.main()
    records.main()
    gradbench.main()
    training.main()
    drawing.main()
    derivatives.main()
