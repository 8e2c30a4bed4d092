"""Bills the charging sessions in the event files of our stations."""
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TextIO

from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

FREE_MINUTES = 240
STANDARD = {"per_kwh": "0.49", "per_minute": "0.10"}


@dataclass(frozen=True)
class Event:
    station: str
    number: int
    type: str
    at: datetime
    meter_wh: int


def read_events(stream: TextIO, bad_lines: list[int]) -> Iterator[Event]:
    """The events of a file; the numbers of lines that cannot be read are added to `bad_lines`."""
    for number, line in enumerate(stream, start=1):
        try:
            raw = json.loads(line)
            at = datetime.fromisoformat(raw["at"])
            event = Event(raw["station"], raw["number"], raw["type"], at, int(raw["meter_wh"]))
        except (ValueError, KeyError, TypeError):
            bad_lines.append(number)
            continue
        yield event


def sessions(events: Iterable[Event]) -> Iterator[tuple[str, int, Decimal]]:
    """Station, minutes and kWh of each session; events that come twice are used once."""
    seen: set[tuple[str, int]] = set()
    started: dict[str, Event] = {}
    for event in events:
        if (event.station, event.number) in seen:
            continue
        seen.add((event.station, event.number))
        if event.type == "start":
            started[event.station] = event
        elif event.type == "stop" and event.station in started:
            start = started.pop(event.station)
            minutes = (event.at - start.at) // timedelta(minutes=1)
            yield event.station, minutes, Decimal(event.meter_wh - start.meter_wh) / 1000


def bill(tariffs: dict[str, dict], events: Iterable[Event]) -> list[tuple[str, Decimal]]:
    """Station and amount in euros of each session."""
    amounts = []
    for station, minutes, kwh in sessions(events):
        tariff = tariffs[station] if station in tariffs else STANDARD
        overtime = max(minutes - FREE_MINUTES, 0)
        amount = kwh * Decimal(tariff["per_kwh"]) + overtime * Decimal(tariff["per_minute"])
        amounts.append((station, amount.quantize(Decimal("0.01"))))
    return amounts


def read_tariffs(collection: Collection) -> dict[str, dict]:
    return {tariff["_id"]: tariff for tariff in collection.find()}


def main(paths: list[str]) -> int:
    mongo = os.environ.get("MONGO_URL", "mongodb://localhost")
    try:
        tariffs = read_tariffs(MongoClient(mongo).charging.tariffs)
    except PyMongoError as error:
        print(f"no tariffs: {error}", file=sys.stderr)
        return 1
    failed = False
    for path in paths:
        bad_lines: list[int] = []
        try:
            with open(path, encoding="utf-8") as stream:
                amounts = bill(tariffs, read_events(stream, bad_lines))
        except (OSError, UnicodeDecodeError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            failed = True
            continue
        for station, amount in amounts:
            print(path, station, amount, sep="\t")
        for number in bad_lines:
            print(f"{path}:{number}: not an event", file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
