"""Hourly features of the bike stations, for training and for the live forecast."""
import logging
import math
from datetime import date, datetime
from statistics import fmean
from types import MappingProxyType

import redis

from store import StoreError

log = logging.getLogger(__name__)

DAY, WEEK = 24, 168
LAGS = (1, 2, 24, 168)
SCALE = MappingProxyType({"mean": 20.0, "trend": 5.0, "lag1": 20.0, "lag2": 20.0})


def time_features(hour: datetime, days_off: set[date]) -> dict[str, float]:
    angle = 2 * math.pi * hour.hour / 24
    is_off = hour.weekday() >= 5 or hour.date() in days_off
    return {"sin": math.sin(angle), "cos": math.cos(angle), "off": float(is_off)}


def count_features(counts: list[int]) -> dict[str, float]:
    """Features from the hourly counts of a station, latest first; the first is what we forecast."""
    past = counts[1:]
    mean = fmean(past[:DAY])
    features = {"mean": mean, "trend": mean - fmean(past)}
    for lag in LAGS:
        features[f"lag{lag}"] = counts[lag] if lag < len(counts) else mean
    return features


def read_counts(client: redis.Redis, stations: list[str]) -> dict[str, list[int]]:
    """The last week's counts by station, fetched in one round trip; unreadable ones are left out."""
    pipe = client.pipeline(transaction=False)
    for station in stations:
        pipe.lrange(f"counts:{station}", 0, WEEK)
    try:
        answers = pipe.execute(raise_on_error=False)
    except redis.RedisError as error:
        raise StoreError(f"counts of {len(stations)} stations not read: {error}") from error
    found = {}
    for station, answer in zip(stations, answers, strict=True):
        try:
            found[station] = [int(count) for count in answer]
        except (TypeError, ValueError) as error:
            log.warning("station %s left out: %s", station, error)
    return found


def feature_rows(
    client: redis.Redis,
    stations: list[str],
    hour: datetime,
    days_off: set[date],
    tuned: dict[str, float] | None = None,
) -> dict[str, dict[str, float]]:
    """Scaled features by station; stations without counts before `hour` are left out."""
    scale = {**SCALE, **(tuned or {})}
    shared = time_features(hour, days_off)
    rows = {}
    for station, counts in read_counts(client, stations).items():
        if len(counts) > 1:
            own = count_features(counts)
            rows[station] = shared | {name: value / scale.get(name, 1.0) for name, value in own.items()}
    return rows
