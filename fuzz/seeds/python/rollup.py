"""Daily heat use of a building, from the readings of its meters."""
import os
import sqlite3

import pandas as pd
import requests

WEATHER_URL = os.environ.get("WEATHER_URL", "https://weather.example/degree-days")
TO_KWH = {"kWh": 1.0, "MWh": 1000.0, "GJ": 277.778}
READINGS = "SELECT taken_at, value FROM readings WHERE meter_id = ? ORDER BY taken_at"


def to_kwh(values: pd.Series, unit: str) -> pd.Series:
    if unit not in TO_KWH:
        raise ValueError(f"unknown unit: {unit}")
    return values * TO_KWH[unit]


def daily_use(readings: pd.DataFrame, unit: str) -> pd.Series:
    """Use in kWh by day; a reading below the one before comes from a new meter."""
    counter = to_kwh(readings.set_index("taken_at")["value"], unit)
    step = counter.diff()
    return step.where(~(step < 0), counter).resample("D").sum()


def degree_days(start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Columns day and degree_days, as the weather service publishes them."""
    span = {"from": start.date().isoformat(), "to": end.date().isoformat()}
    answer = requests.get(WEATHER_URL, params=span, timeout=20)
    days = pd.DataFrame(answer.json()["days"], columns=["day", "degree_days"])
    days["day"] = pd.to_datetime(days["day"])
    return days


def building_use(
    conn: sqlite3.Connection,
    meters: pd.DataFrame,
    building: str,
    with_weather: bool = False,
    columns: list[str] = ["day", "kwh"],
) -> pd.DataFrame:
    """One row a day with the use of all meters of the building, and per degree day if asked."""
    parts = []
    for meter in meters[meters["building"] == building].itertuples():
        readings = pd.read_sql_query(READINGS, conn, params=(meter.id,), parse_dates=["taken_at"])
        if len(readings) > 1:
            parts.append(daily_use(readings, meter.unit))
    if not parts:
        return pd.DataFrame(columns=columns)
    use = pd.concat(parts).groupby(level=0).sum()
    table = use.rename("kwh").rename_axis("day").reset_index()
    if with_weather:
        columns += ["degree_days", "kwh_per_degree_day"]
        table = table.merge(degree_days(table["day"].min(), table["day"].max()), on="day")
        table["kwh_per_degree_day"] = table["kwh"] / table["degree_days"].where(table["degree_days"] > 0)
    return table[columns]
