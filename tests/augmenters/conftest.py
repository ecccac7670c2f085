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
