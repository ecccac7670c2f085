"""From scores to tables, figures and the page of results."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "claims": ["judge"],
        "convergence": ["dirac_text"],
        "figures": ["plot_ratios", "plot_sizes", "write_figures"],
        "outputs": ["write", "write_results"],
        "page": ["write_page"],
        "pictures": ["plot_training", "sample_grid"],
        "report": ["report_of"],
        "stability": [
            "baseline",
            "collapse_text",
            "ring_text",
            "write_collapse",
            "write_dirac",
            "write_ring",
        ],
        "studies": ["STUDIES"],
        "summary": ["answer", "as_text", "show"],
        "tables": ["IDENTITY", "build_table", "main_alpha", "read_scores", "write_tables"],
    },
)
