"""Images with labels: from files to `LabeledImages`, and generated sets back to files."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "images": ["LabeledImages", "balanced", "concatenate", "mix"],
        "sources": ["describe", "load"],
        "records": ["iterate_records", "read_manifest", "read_records", "write_records"],
        "transforms": ["affine", "chain", "flip_crop", "rotation"],
    },
)
