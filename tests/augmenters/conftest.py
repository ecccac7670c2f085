from pathlib import Path

import pytest

from gan_augment.augmenters import watched


@pytest.fixture
def stop_at(monkeypatch):
    """Calls `fit()` and stops its training at `step`, with a checkpoint after every report."""
    monkeypatch.setattr(watched, "CHECKPOINT_SECONDS", 0)
    run = watched.Trainer.run

    def stop(step, fit):
        def interrupted(self, steps):
            if self.model.step.numpy() >= step:
                raise KeyboardInterrupt
            return run(self, steps)

        with monkeypatch.context() as patch:
            patch.setattr(watched.Trainer, "run", interrupted)
            with pytest.raises(KeyboardInterrupt):
                fit()

    return stop


@pytest.fixture(scope="module")
def outcomes(start_script):
    """Outcomes by name of one of the scripts beside this file; each is run once."""
    found = {}

    def outcomes_of(script, *arguments):
        if script not in found:
            path = Path(__file__).with_name(f"{script}_on_replicas.py")
            (found[script],) = start_script(path, *arguments)()
        return found[script]

    return outcomes_of
