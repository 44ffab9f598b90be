"""``python -m tests.benchmarks``: every side-by-side benchmark, one after the other."""

from tests.benchmarks import eager, engine_steps, gradbench, pictures, records, replay, training, transforms

if __name__ == "__main__":
    eager.main()
    engine_steps.main()
    replay.main()
    records.main()
    gradbench.main()
    training.main()
    pictures.main()
    transforms.main()
