"""TensorFlow without its greetings."""

import os
import sys


def import_tensorflow() -> None:
    """Import TensorFlow with file descriptor 2 closed to what it says before log levels count.

    Lines about missing GPU drivers and the like look like errors to who runs a command for the
    first time. What Python raises is raised as ever.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "tensorflow" in sys.modules:
        return
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        import tensorflow as tf

        if not os.environ.get("TF_CONFIG"):  # workers must find one another before that
            tf.config.list_logical_devices()
    finally:
        os.dup2(kept, 2)
        os.close(kept)
