"""A session as a calendar entry."""

from datetime import datetime, timedelta

from icalendar import Calendar, Event

LONG = timedelta(hours=2)


def calendar_of(
    address: str, title: str, body: str, held_at: datetime, venue: str, items: tuple[str, ...], called_at: datetime
) -> bytes:
    """Write a session as an iCalendar file (RFC 5545); its length is a guess of two hours."""
    calendar, event = Calendar(), Event()
    calendar.add("prodid", "-//fundapp//council//ZH")
    calendar.add("version", "2.0")
    event.add("uid", address)
    event.add("dtstamp", called_at)
    event.add("dtstart", held_at)
    event.add("dtend", held_at + LONG)
    event.add("summary", f"{body}：{title}")
    event.add("location", venue)
    event.add("description", "\n".join(f"{number}. {item}" for number, item in enumerate(items, start=1)))
    event.add("url", address)
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
