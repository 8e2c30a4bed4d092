"""Hourly features of the bike stations, for training and for the live forecast."""
import logging
import math
from datetime import date, datetime
from statistics import fmean

import redis

log = logging.getLogger(__name__)

DAY, WEEK = 24, 168
LAGS = (1, 2, 24, 168)


def time_features(hour: datetime, days_off: set[date]) -> dict[str, float]:
    angle = 2 * math.pi * hour.hour / 24
    is_off = hour.weekday() >= 5 or hour.date() in days_off
    return {"sin": math.sin(angle), "cos": math.cos(angle), "off": float(is_off)}


def count_features(counts: list[int]) -> dict[str, float]:
    """Features from the hourly counts of a station, which come latest first."""
    mean = fmean(counts[:DAY])
    features = {"mean": mean, "trend": mean - fmean(counts)}
    for lag in LAGS:
        features[f"lag{lag}"] = counts[lag] if lag < len(counts) else mean
    return features


def feature_rows(
    client: redis.Redis,
    stations: list[str],
    hour: datetime,
    days_off: set[date],
    tuned: dict[str, float] | None = None,
    scale: dict[str, float] = dict(mean=20.0, trend=5.0, lag1=20.0, lag2=20.0),
) -> dict[str, dict[str, float]]:
    """Scaled features by station; stations without counts are left out."""
    scale.update(tuned or {})
    shared = time_features(hour, days_off)
    rows = {}
    for station in stations:
        try:
            counts = [int(count) for count in client.lrange(f"counts:{station}", 0, WEEK)]
        except (redis.RedisError, ValueError) as error:
            log.warning("station %s left out: %s", station, error)
            continue
        if counts:
            own = count_features(counts)
            rows[station] = shared | {name: value / scale.get(name, 1.0) for name, value in own.items()}
    return rows
