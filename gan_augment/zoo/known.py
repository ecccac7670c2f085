"""The presets that there are: what each one is, and where in which run its networks are.

title, about    what it makes, in a line and in a sentence
kind            what becomes of its networks, see KINDS in `networks.py`
network         the function that builds one of them, below `gan_augment`, and its `options`; the
                builder of a whole GAN will do too, and then `stabilizers` are names
class_names     of its images; networks and files of one class each are in this order
from            report and section
data, licence   what it was trained on
experiment      the command whose run it comes from, and `trained`, where in the run's directory:
                a folder of an augmenter, a saved generator, or a file of weights
requires        options that the run must have had; of sizes alone the weights tell
scores          which rows of a table of the run are about it: `where` their columns have these
                values, means over what `rows` leave open; `compared`: one row with others
limits          what it does badly, in sentences; failed trainings and scores are added by the card
"""

PRESETS = {
    "mnist-dcgan": {
        "title": "Digits 0 to 2, one α-DCGAN each",
        "about": (
            "The generators of the report's DCGAN at α = 1, each trained on some 50 images of one "
            "digit. All ten digits were trained; three are here, to keep the package small."
        ),
        "kind": "per-class",
        "network": "augmenters.dcgan:generator",
        "options": {"image_shape": (28, 28, 1), "alpha": 1},
        "class_names": ("0", "1", "2"),
        "from": "Abadi 2020, section 4, α = 1 of Table 1",
        "data": "500 training images of MNIST (LeCun, Cortes & Burges), drawn at random",
        "licence": "CC BY-SA 3.0, as the Keras documentation states it",
        "experiment": "mnist",
        "trained": "gans/alpha-1_size-500_seed-0",
        "requires": {"epochs": 2000, "steps": None, "batch_norm": True, "seed": 0},
        "scores": {
            "about": (
                "Test accuracy of a dense classifier (300 units) of all ten digits, with the "
                "images of all ten generators; means ± standard deviations over classifiers. Arms: "
                "the real images; with additions, of which ratio says how many: the same again "
                "(repeat), or generated ones (gan); generated ones alone (synthetic); affine: "
                "images are shifted, turned and scaled at every step. accuracy_corrected: at an "
                "epoch chosen without the test set; accuracy_report: at the best epoch on it. "
                "Reported for α = 1, generated images alone: 64.89."
            ),
            "file": "scores.csv",
            "where": {"size": [500], "alpha": [1.0], "gan_seed": [0], "ratio": [0.0, 1.0]},
            "rows": ["arm", "ratio"],
            "columns": ["accuracy_corrected", "accuracy_report"],
            "compared": {"one": ["gan", 1.0], "others": [["repeat", 1.0], ["affine", 1.0]]},
        },
        "limits": (
            "It knows 500 images. What it makes is like them and varies less than digits do.",
            "Some images are broken strokes or blots; nothing sorts them out.",
            "Classifiers trained on its images alone are worse than those trained on the 500.",
        ),
    },
    "faces-dcgan": {
        "title": "Grey faces of 64 × 64 pixels",
        "about": (
            "An unconditional layer-norm DCGAN at width 0.5, its weights averaged over the "
            "training (ema), after 60 epochs of 2,223 photographs."
        ),
        "kind": "per-class",
        "network": "augmenters.layer_norm_dcgan:generator",
        "options": {"image_shape": (64, 64, 1), "width": 0.5},
        "class_names": ("face",),
        "from": "Priyaa & Verma, section 6.3.2, Figures 3 to 5",
        "data": (
            "2,223 grey photographs of as many people, cut from Labeled Faces in the Wild (Huang "
            "et al., University of Massachusetts, Technical Report 07-49, 2007)"
        ),
        "licence": "none stated; published for research",
        "experiment": "faces",
        "trained": "gan",
        "requires": {"width": 0.5, "epochs": 60, "stabilizers": ["ema"], "seed": 0},
        "scores": {
            "about": (
                "Of 1,000 samples, in per cent: how much they vary from one to the next (spread), "
                "and how much neighbouring pixels differ (detail), of what real images do; and "
                "very_near: how many are as near to a training image as the nearest 1 % of "
                "held-out images are."
            ),
            "file": "faces.csv",
            "where": {"samples": [1000]},
            "rows": ["epoch"],
            "columns": ["spread", "detail", "very_near"],
        },
        "limits": (
            "It knows press photographs of about 2000, most of them of men, and hardly others.",
            "Some samples may resemble people it was trained on (see very_near). Do not use it "
            "where that could harm anybody.",
            "Faces are smoother than photographs, and some are torn or lopsided.",
        ),
    },
}
