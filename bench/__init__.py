"""The measurements: each figure beside its floor, in the same run on the same parts. Asserts nothing."""
