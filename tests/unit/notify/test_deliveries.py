"""A delivery's id follows from the fact; its delays grow; a code is of no use after its time."""

from datetime import UTC, datetime, timedelta

from contracts.base import Contact
from services.notify.model import GIVE_UP_AFTER, EmailDelivery, delay_after, delivery_id, masked

AT = datetime(2021, 9, 1, 9, 30, tzinfo=UTC)


def delivery(expires_at: datetime | None = None, attempts: int = 0) -> EmailDelivery:
    return EmailDelivery(
        delivery_id="one",
        authority="bristol",
        purpose="sign_in",
        person=Contact(email="sandra.professional@school.example"),
        values={},
        attempts=attempts,
        created_at=AT,
        expires_at=expires_at,
    )


def test_the_same_fact_to_the_same_address_has_one_id() -> None:
    assert delivery_id("opened", "task-1", "Sandra@School.example") == delivery_id(
        "opened", "task-1", "sandra@school.example"
    )
    assert len({delivery_id(fact, key, to) for fact in "ab" for key in "cd" for to in "ef"}) == 8


def test_delays_grow_up_to_a_quarter_of_an_hour() -> None:
    delays = [delay_after(delivery(attempts=attempts)) for attempts in range(10)]
    assert delays == sorted(delays)
    assert (delays[0], delays[-1]) == (timedelta(seconds=5), timedelta(minutes=15))


def test_a_code_is_tried_again_soon_however_often_it_was_refused() -> None:
    code = delivery(expires_at=AT + timedelta(minutes=10), attempts=50)
    assert delay_after(code) == timedelta(seconds=5)


def test_a_code_expires_and_goes_first() -> None:
    code = delivery(expires_at=AT + timedelta(minutes=10))
    assert code.urgency < delivery().urgency
    assert not code.has_expired(AT + timedelta(minutes=9, seconds=59))
    assert code.has_expired(AT + timedelta(minutes=10))
    assert not delivery().has_expired(AT + timedelta(days=365))


def test_what_a_server_puts_off_is_given_up_after_three_days() -> None:
    assert not delivery().is_given_up(AT + GIVE_UP_AFTER - timedelta(seconds=1))
    assert delivery().is_given_up(AT + GIVE_UP_AFTER)


def test_a_masked_address_keeps_the_domain_and_one_letter() -> None:
    assert masked("sandra.professional@school.example") == "s***@school.example"
