"""Images with labels: from files to `LabeledImages`, and generated sets back to files."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "attributes": ["AttributeSet", "digit_attributes", "load_attribute_set"],
        "collection": ["Collection", "read_collection"],
        "display": ["display_digits"],
        "domains": ["Domain", "as_domains", "joined", "load_domains", "scanned", "share_labels"],
        "eth80": ["ObjectViews"],
        "export": ["write_folder"],
        "images": ["LabeledImages", "balanced", "concatenate", "mix"],
        "imbalance": ["filled_up", "labels_of", "sampled_equally", "thinned"],
        "inspection": ["Inspection", "inspect"],
        "many_classes": ["ClassSplit", "Shots", "load_many", "split_classes"],
        "objects": ["load_objects"],
        "photometric": ["colour_jitter", "gaussian_blur", "photometric"],
        "sources": ["describe", "load"],
        "records": ["iterate_records", "read_manifest", "read_records", "write_records"],
        "splits": ["Parts", "stratified_splits"],
        "transforms": ["affine", "chain", "flip_crop", "rotation"],
        "unlabelled": ["load_unlabelled"],
        "whole": ["load_whole"],
    },
)
