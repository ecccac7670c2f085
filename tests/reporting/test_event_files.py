import importlib.util

import numpy as np
import pytest
import tensorflow as tf

from gan_augment.common.errors import UserError
from gan_augment.reporting.event_files import EventFiles
from gan_augment.reporting.frames import Frames
from gan_augment.training.onlookers import Scene


def scene(directory, reports):
    return Scene(
        directory=directory,
        key="all",
        siblings=1,
        attempt=0,
        reports=reports,
        every=2,
        steps=8,
        samples=np.zeros((64, 8, 8, 3), np.uint8),
        labels=None,
    )


def steps_by_tag(directory):
    found = {}
    for path in directory.glob("events.out.tfevents.*"):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                found.setdefault(value.tag, []).append(event.step)
    return found


def test_every_step_is_there_once_after_a_stop(tmp_path):
    pytest.importorskip("tensorboard")
    reports = [
        {"class": "all", "attempt": 0, "step": step, "d_loss": 1.0, "failure": None}
        for step in (2, 4, 6, 8)
    ]
    frames = Frames()
    for last_of_call in (3, 4):  # the second call begins at the checkpoint of step 4
        events = EventFiles(tmp_path)
        for n in range(2 if last_of_call == 4 else 1, last_of_call + 1):
            for onlooker in (frames, events):
                onlooker.see(scene(tmp_path / "gans" / "cell", reports[:n]))
    found = steps_by_tag(tmp_path / "tensorboard" / "cell" / "class-all")
    assert found == {"d_loss": [2, 4, 6, 8], "samples": [2, 4, 6, 8]}


def test_without_tensorboard_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'gan-augment\[tensorboard\]'"):
        EventFiles(tmp_path)
