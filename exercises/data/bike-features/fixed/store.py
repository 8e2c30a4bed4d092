"""What the feature job reads and writes besides the counts."""
import json
import logging
from datetime import date
from pathlib import Path

import redis

log = logging.getLogger(__name__)

KEEP_SECONDS = 2 * 3600


class StoreError(Exception):
    """The counts could not be read or the features not be stored."""


def read_days_off(path: Path) -> set[date]:
    """Holidays and school holidays, from the calendar file of the city.

    Entries that are no dates are left out, and a file that cannot be read counts as empty: features
    that take a holiday for a working day are better than none.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["days_off"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.error("%s: no days off known: %r", path, error)
        return set()
    days = set()
    for entry in entries:
        try:
            days.add(date.fromisoformat(entry))
        except (ValueError, TypeError):
            log.error("%s: %r is not a date", path, entry)
    return days


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
