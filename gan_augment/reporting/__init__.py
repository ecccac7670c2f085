"""From scores to tables, figures and the page of results."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "cartpole": ["best_rates", "cartpole_text", "write_cartpole"],
        "claims": ["judge"],
        "class_conditional": ["loss_curves_text", "write_loss_curves"],
        "cows_horses_files": ["Shown", "write_cows_horses"],
        "convergence": ["dirac_text"],
        "cyclegan_files": ["write_translation"],
        "dagan_files": ["write_dagan"],
        "event_files": ["EventFiles"],
        "faces": ["faces_text", "write_faces"],
        "figures": ["plot_ratios", "plot_sizes", "write_figures"],
        "front_page": ["write_front"],
        "imbalance_files": ["write_imbalance"],
        "film": ["Film"],
        "frames": ["Frames"],
        "genclass_files": ["write_genclass"],
        "index": ["write_index"],
        "outputs": ["write", "write_results"],
        "own_images": ["own_images_text", "write_own_images"],
        "page": ["write_page"],
        "pictures": ["beside_real", "image_panels", "plot_training", "sample_grid"],
        "report": ["report_of"],
        "stability": [
            "baseline",
            "collapse_text",
            "ring_text",
            "write_collapse",
            "write_dirac",
            "write_ring",
        ],
        "studies": ["STUDIES", "place_of", "study_of"],
        "summary": ["answer", "as_text", "show"],
        "synthetic": ["synthetic_text", "write_synthetic"],
        "tables": ["IDENTITY", "build_table", "main_alpha", "read_scores", "write_tables"],
        "teaching": ["show_teaching", "write_teaching"],
    },
)
