import sqlite3
from unittest import mock

import pandas as pd
import pytest
import requests
import rollup

METERS = pd.DataFrame(
    [(1, "school", "kWh"), (2, "school", "MWh"), (3, "pool", "kWh"), (4, "barn", "kWh")],
    columns=["id", "building", "unit"],
)


@pytest.fixture
def conn():
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE readings (meter_id INTEGER, taken_at TEXT, value REAL)")
        rows = []
        for meter_id, scale in ((1, 1.0), (2, 0.001), (3, 1.0)):
            for number, value in enumerate((0.0, 5.0, 7.0, 10.0)):
                rows.append((meter_id, f"2024-01-{8 + number // 2:02} {number % 2 * 12:02}:00:00", value * scale))
        connection.executemany("INSERT INTO readings VALUES (?, ?, ?)", rows)
        yield connection


@pytest.fixture
def weather():
    with mock.patch.object(rollup.requests, "get") as get:
        get.return_value.json.return_value = {"days": [{"day": "2024-01-08", "degree_days": 2}]}
        yield get


def test_meters_of_a_building_are_summed_in_kwh(conn):
    table = rollup.building_use(conn, METERS, "school")
    assert table["kwh"].tolist() == pytest.approx([10.0, 10.0])


def test_building_without_readings_is_empty(conn):
    assert rollup.building_use(conn, METERS, "barn").empty
    assert rollup.building_use(conn, METERS, "no such").empty


def test_days_without_weather_stay(conn, weather):
    table = rollup.building_use(conn, METERS, "pool", with_weather=True)
    assert table["kwh"].tolist() == [5.0, 5.0]
    assert table["kwh_per_degree_day"].isna().tolist() == [False, True]
    assert table["kwh_per_degree_day"][0] == 2.5


def test_building_with_weather_does_not_change_the_next(conn, weather):
    rollup.building_use(conn, METERS, "pool", with_weather=True)
    assert list(rollup.building_use(conn, METERS, "school").columns) == ["day", "kwh"]
    assert len(rollup.building_use(conn, METERS, "pool", with_weather=True).columns) == 4


@pytest.mark.parametrize(
    "failure",
    [
        {"side_effect": requests.ConnectionError},
        {"return_value.raise_for_status.side_effect": requests.HTTPError},
        {"return_value.json.side_effect": requests.JSONDecodeError("", "", 0)},
        {"return_value.json.return_value": {"error": "quota"}},
    ],
)
def test_use_is_known_without_the_weather_office(conn, weather, failure):
    weather.configure_mock(**failure)
    table = rollup.building_use(conn, METERS, "pool", with_weather=True)
    assert table["kwh"].tolist() == [5.0, 5.0]
    assert table["degree_days"].isna().all()


def test_one_query_for_a_building(conn):
    statements = []
    conn.set_trace_callback(statements.append)
    rollup.building_use(conn, METERS, "school")
    assert len(statements) == 1
