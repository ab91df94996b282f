"""Due dates as a calendar: what a program reads there, and that the same dates are the same bytes."""

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from contracts.api.calendars import CalendarFeedView, DueTask
from services.gateway.account.calendar_feed import calendar_of
from services.gateway.account.calendar_pages import _has
from services.gateway.account.views import calendar_page

PORTAL, NAME = "https://portal.example", "Professional Portal: due dates"
COUNCILS = {"bristol": "Bristol City Council"}
SAID = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TASK = DueTask(
    task_id="0f8fad5b-d9cb-469f-a165-70867728950e",
    reference="BRI-4K7Q-22",
    authority="bristol",
    form_title="Report; for a review, in two parts",
    due_on=date(2026, 4, 12),
    due_changes=0,
    due_set_at=SAID,
)


def feed(*due: DueTask) -> bytes:
    return calendar_of(due, PORTAL, NAME, COUNCILS)


def test_each_form_is_an_event_of_a_whole_day_with_its_reference_and_a_link() -> None:
    content = feed(TASK)
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert max(map(len, content.split(b"\r\n"))) <= 75
    (calendar,) = Calendar.from_ical(content, multiple=True)
    assert (calendar["version"], calendar["name"], calendar["x-wr-calname"]) == ("2.0", NAME, NAME)
    (event,) = calendar.walk("VEVENT")
    assert event["uid"] == TASK.task_id
    assert (event.decoded("dtstart"), event["dtstart"].params["value"]) == (date(2026, 4, 12), "DATE")
    assert event["summary"] == "Due: Report; for a review, in two parts BRI-4K7Q-22"
    assert event["url"] == f"{PORTAL}/forms/{TASK.task_id}/1"
    assert event["description"] == f"Bristol City Council has asked for this form. {event['url']}"
    assert (event["transp"], event["class"], "DTEND" in event) == ("TRANSPARENT", "PRIVATE", False)


def test_a_date_that_moves_is_the_same_event_in_a_later_version() -> None:
    moved = TASK.model_copy(
        update={"due_on": date(2026, 5, 1), "due_changes": 1, "due_set_at": SAID + timedelta(days=2)}
    )
    first, second = (Calendar.from_ical(feed(one)).walk("VEVENT")[0] for one in (TASK, moved))
    assert first["uid"] == second["uid"]
    assert (first["sequence"], second["sequence"]) == (0, 1)
    assert first.decoded("last-modified") == first.decoded("dtstamp") == SAID
    assert second.decoded("last-modified") == SAID + timedelta(days=2)
    assert feed(TASK) == feed(TASK)
    assert feed(TASK) != feed(moved)


def test_a_row_of_an_older_version_and_an_empty_list_are_calendars_too() -> None:
    older = TASK.model_copy(update={"due_set_at": None, "reference": "", "authority": "gone"})
    event = Calendar.from_ical(feed(older)).walk("VEVENT")[0]
    assert event["summary"] == "Due: Report; for a review, in two parts"
    assert event.decoded("dtstamp") == datetime(2026, 1, 1, tzinfo=UTC)
    assert feed(older) == feed(older)
    assert Calendar.from_ical(feed()).walk("VEVENT") == []


def test_what_a_title_holds_breaks_out_of_no_line() -> None:
    hostile = TASK.model_copy(update={"form_title": "Report\r\nEND:VEVENT\r\nATTACH:https://elsewhere.example"})
    (event,) = Calendar.from_ical(feed(hostile)).walk("VEVENT")
    assert "ATTACH" not in event


def test_a_program_that_has_these_bytes_is_known_by_any_form_of_their_tag() -> None:
    tag = '"abc"'
    assert all(_has(said, tag) for said in ('"abc"', 'W/"abc"', '"x", W/"abc"', "*"))
    assert not any(_has(said, tag) for said in ("", '"abcd"', "abc"))


def test_the_page_says_since_when_there_is_an_address_and_that_one_has_ended() -> None:
    assert calendar_page(CalendarFeedView(made_at=SAID), "").made == "01-Mar-2026 09:00"
    assert calendar_page(CalendarFeedView(), "") == calendar_page(CalendarFeedView(), "other")
    assert calendar_page(CalendarFeedView(), "ended").notice.startswith("Your calendar address has ended.")
