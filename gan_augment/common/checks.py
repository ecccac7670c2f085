"""Checks of options that several commands share."""

from gan_augment.common.errors import UserError


def require_positive(options, *names: str) -> None:
    """Raise `UserError` unless these attributes, numbers or tuples of some, are above 0 or None."""
    for name in names:
        values = getattr(options, name)
        for value in values if isinstance(values, tuple) else [values]:
            if value is not None and not value > 0:
                raise UserError(f"--{name.replace('_', '-')} must be positive, not {value:g}")
