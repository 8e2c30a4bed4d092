"""What the feature job reads and writes besides the counts."""
import json
from datetime import date
from pathlib import Path

import redis

KEEP_SECONDS = 2 * 3600


class StoreError(Exception):
    """The features could not be stored."""


def read_days_off(path: Path) -> set[date]:
    """Holidays and school holidays, from the calendar file of the city."""
    calendar = json.loads(path.read_text(encoding="utf-8"))
    return {date.fromisoformat(day) for day in calendar["days_off"]}


def write_features(client: redis.Redis, rows: dict[str, dict[str, float]]) -> None:
    """Replaces the features of all stations in one transaction."""
    pipe = client.pipeline(transaction=True)
    for station, features in rows.items():
        pipe.hset(f"features:{station}", mapping=features)
        pipe.expire(f"features:{station}", KEEP_SECONDS)
    try:
        pipe.execute()
    except redis.RedisError as error:
        raise StoreError(f"{len(rows)} stations not stored: {error}") from error
