"""Needs fakeredis."""
from datetime import date, datetime
from unittest import mock

import fakeredis
import features
import pytest
import redis
import store

HOUR = datetime(2024, 5, 8, 6)


@pytest.fixture
def client():
    return fakeredis.FakeRedis(decode_responses=True)


def rows(client, *stations, **extra):
    return features.feature_rows(client, list(stations), HOUR, set(), **extra)


def test_scaled_features_of_a_short_history(client):
    client.rpush("counts:a", 0, 40, 20)
    row = rows(client, "a")["a"]
    assert (row["mean"], row["trend"]) == (1.5, 0.0)
    assert (row["lag1"], row["lag2"], row["lag24"]) == (2.0, 1.0, 30)


def test_lag_of_a_week_is_read(client):
    client.rpush("counts:a", *range(200))
    assert rows(client, "a")["a"]["lag168"] == 168


def test_count_of_the_hour_itself_changes_nothing(client):
    client.rpush("counts:a", 0, *range(1, 169))
    client.rpush("counts:b", 99, *range(1, 169))
    found = rows(client, "a", "b")
    assert found["a"] == found["b"]


def test_tuned_scales_are_for_one_call(client):
    client.rpush("counts:a", 0, 40)
    before = rows(client, "a")
    tuned = rows(client, "a", tuned={"lag1": 4.0})
    assert tuned["a"]["lag1"] == 10.0
    assert rows(client, "a") == before


def test_empty_and_broken_stations_are_left_out(client):
    client.rpush("counts:good", 0, 1)
    client.rpush("counts:broken", "?", 1)
    client.set("counts:wrong-type", "x")
    client.rpush("counts:new", 3)
    assert list(rows(client, "empty", "broken", "wrong-type", "new", "good")) == ["good"]


def test_round_trips_do_not_depend_on_the_number_of_stations(client):
    names = [f"s{n}" for n in range(50)]
    for name in names:
        client.rpush(f"counts:{name}", 0, 1)
    with mock.patch.object(client, "lrange") as lrange:
        assert len(rows(client, *names)) == 50
    lrange.assert_not_called()


@pytest.mark.parametrize(
    ("hour", "sin", "off"),
    [(datetime(2024, 5, 8, 6), 1.0, 0.0), (datetime(2024, 5, 9, 18), -1.0, 1.0), (datetime(2024, 5, 11, 0), 0.0, 1.0)],
)
def test_time_features(hour, sin, off):
    found = features.time_features(hour, {date(2024, 5, 9)})
    assert found["sin"] == pytest.approx(sin)
    assert found["off"] == off


def test_calendar(tmp_path):
    path = tmp_path / "city.json"
    path.write_text('{"days_off": ["2024-05-09", "2024-06-31", 7]}')
    assert store.read_days_off(path) == {date(2024, 5, 9)}


@pytest.mark.parametrize("text", [None, "{", "[]", "{}"])
def test_unreadable_calendar_is_empty(tmp_path, text):
    path = tmp_path / "city.json"
    if text is not None:
        path.write_text(text)
    assert store.read_days_off(path) == set()


def test_features_are_written_and_expire(client):
    store.write_features(client, {"a": {"mean": 1.5}, "b": {"mean": 2.0}})
    assert client.hgetall("features:b") == {"mean": "2.0"}
    assert 0 < client.ttl("features:a") <= store.KEEP_SECONDS


def test_redis_away_is_a_store_error():
    client = mock.Mock()
    client.pipeline.return_value.execute.side_effect = redis.ConnectionError
    with pytest.raises(store.StoreError):
        store.write_features(client, {"a": {}})
    with pytest.raises(store.StoreError):
        rows(client, "a")
