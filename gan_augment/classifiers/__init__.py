"""Classifiers as functional models, and the training of many of them at once."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "attribute_prediction": [
            "bilinear_compatibility",
            "direct_attribute_prediction",
            "nearest_attributes",
        ],
        "cnn": ["nine_layer_cnn", "tanh_cnn", "two_layer_cnn"],
        "dense": ["dense_classifier"],
        "learners": ["Architecture", "Learner"],
        "linear": ["logistic_regressions", "softmax_regression"],
        "members": ["Members", "MembersHistory"],
        "small_cnn": ["small_cnn"],
    },
)
