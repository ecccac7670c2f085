"""Images with labels: from files to `LabeledImages`, and generated sets back to files."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "eth80": ["ObjectViews"],
        "images": ["LabeledImages", "balanced", "concatenate", "mix"],
        "objects": ["load_objects"],
        "photometric": ["colour_jitter", "gaussian_blur", "photometric"],
        "sources": ["describe", "load"],
        "records": ["iterate_records", "read_manifest", "read_records", "write_records"],
        "transforms": ["affine", "chain", "flip_crop", "rotation"],
        "unlabelled": ["load_unlabelled"],
        "whole": ["load_whole"],
    },
)
