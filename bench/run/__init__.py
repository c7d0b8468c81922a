"""A lane becomes a pinned process: environment, launcher, supervision."""
