"""What a trial on one's own images hands over: the augmented set, and the generator."""

from __future__ import annotations

import shutil

from gan_augment.augmenters.saved import save_generator
from gan_augment.common.clock import Clock
from gan_augment.data.export import write_folder
from gan_augment.data.images import LabeledImages
from gan_augment.data.records import write_records
from gan_augment.studies.own_images import OwnImages


def write_augmented(own: OwnImages, images: LabeledImages, clock: Clock, png: bool) -> dict | None:
    """Write the augmented set and the generator; return what to say, None if none was examined.

    Where generated images help, a generator of all images makes them, if there is time left to
    train it; else that of the first split does.
    """
    best, verdict = own.best(), own.outcome.verdict
    if best is None:
        return None
    split, note = 0, "The generator saw the training part of the first split."
    stopped = own.outcome.interrupted is not None
    if verdict.helps and not stopped and clock.left() > own.seconds_of_a_generator:
        own.generators.fit_one(best.method, "all", images)
        split, note = "all", "The generator was trained on all images, after the verdict."
    if not verdict.helps:
        note += " The verdict is not to add its images; they are here to be looked at."
    # all images are more than those of a training part, which the sets so far are enough for
    generated = own.generators.images(best.method, split, at_least=best.needed(images))
    whole = best.training_set(images, generated)
    about = {"preset": best.method, "candidate": best.name, "helps": verdict.helps}
    save_generator(
        own.generators.fitted[best.method, split],
        own.directory / "generator",
        {**about, "trained_on": note, "trained_on_hash": images.content_hash()},
    )
    about |= {"real_images": len(images), "order": "real images first, then generated ones"}
    options = {
        "class_names": whole.class_names,
        "image_shape": whole.image_shape,
        "generation": about,
        "total": len(whole),
    }
    write_records(own.directory, "augmented", [whole], **options)
    if png:
        generated = whole.take(slice(len(images), None))
        both = [(images, "real"), (generated, "synthetic")]
        # `write_folder` refuses one of another candidate, which an interrupted run may have left
        shutil.rmtree(own.directory / "augmented_png", ignore_errors=True)
        write_folder(own.directory / "augmented_png", both, **options)
    sizes = {"real": len(images), "generated": len(whole) - len(images)}
    return {"path": "augmented", **sizes, "method": best.method, "note": note}
