"""Bills the charging sessions in the event files of our stations."""
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
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


def read_events(stream: TextIO) -> Iterator[Event]:
    for line in stream:
        raw = json.loads(line)
        at = datetime.fromisoformat(raw["at"])
        yield Event(raw["station"], raw["number"], raw["type"], at, raw["meter_wh"])


def sessions(events: Iterable[Event], seen: set[tuple[str, int]] = set()) -> Iterator[tuple]:
    """Station, minutes and kWh of each session; events that come twice are used once."""
    started: dict[str, Event] = {}
    for event in events:
        if (event.station, event.number) in seen:
            continue
        seen.add((event.station, event.number))
        if event.type == "start":
            started[event.station] = event
        elif event.type == "stop" and event.station in started:
            start = started.pop(event.station)
            minutes = (event.at - start.at).seconds // 60
            yield event.station, minutes, Decimal(event.meter_wh - start.meter_wh) / 1000


def bill(tariffs: Collection, stream: TextIO) -> Iterator[tuple[str, Decimal]]:
    """Station and amount in euros of each session in the stream."""
    for station, minutes, kwh in sessions(read_events(stream)):
        tariff = tariffs.find_one({"_id": station}) or STANDARD
        amount = kwh * Decimal(tariff["per_kwh"]) + max(minutes - FREE_MINUTES, 0) * Decimal(tariff["per_minute"])
        yield station, amount.quantize(Decimal("0.01"))


def main(paths: list[str]) -> None:
    tariffs = MongoClient(os.environ.get("MONGO_URL", "mongodb://localhost")).charging.tariffs
    for path in paths:
        try:
            with open(path, encoding="utf-8") as stream:
                for station, amount in bill(tariffs, stream):
                    print(path, station, amount, sep="\t")
        except (OSError, PyMongoError) as error:
            sys.exit(f"{path}: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
