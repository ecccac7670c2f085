"""What every room uses: errors, seeds, files that are always whole, logs, progress, versions."""
