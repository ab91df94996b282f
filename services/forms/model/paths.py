"""Where an answer stands: `key`, or `table/row_id/column` for a cell. No I/O."""


def split(path: str) -> tuple[str, str, str]:
    """A path's key, row id and column, each empty where it has none."""
    key, row_id, column, *_ = [*path.split("/", 2), "", ""]
    return key, row_id, column
