"""Of a portal that runs, nobody else on the machine reads anything."""

from tests.support.portal import Portal


def test_no_file_of_a_running_portal_is_open_to_others(portal: Portal) -> None:
    top = {path for path in portal.data.iterdir() if path.name != "clock"}
    assert {"up.log", "secrets.json", "state.json", "logs"} <= {path.name for path in top}
    assert [path.name for path in top if path.stat().st_mode & 0o077] == []
