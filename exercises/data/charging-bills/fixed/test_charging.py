"""Needs mongomock."""
import json
from datetime import datetime, timedelta
from decimal import Decimal
from unittest import mock

import charging
import mongomock
import pytest
from charging import Event

EIGHT = datetime.fromisoformat("2024-05-02T08:00:00+02:00")


def event(number, type, minutes=0, wh=0, station="K-07"):
    return Event(station, number, type, EIGHT + timedelta(minutes=minutes), wh)


def pair(minutes=60, wh=10_000, station="K-07"):
    return [event(1, "start", station=station), event(2, "stop", minutes, wh, station)]


def test_pair_is_a_session():
    assert list(charging.sessions(pair())) == [("K-07", 60, Decimal(10))]


def test_copies_are_used_once():
    start, stop = pair()
    assert len(list(charging.sessions([start, start, stop, stop]))) == 1


def test_same_numbers_in_the_next_file_are_new_events():
    assert [len(list(charging.sessions(pair()))) for _ in range(2)] == [1, 1]


def test_stop_without_start_is_left_out():
    assert list(charging.sessions(pair()[1:])) == []


def test_stations_may_be_mixed():
    one, two = pair(station="A"), pair(station="B")
    mixed = [one[0], two[0], two[1], one[1]]
    assert [station for station, *_ in charging.sessions(mixed)] == ["B", "A"]


@pytest.mark.parametrize("minutes", [1, 24 * 60 + 10, 7 * 24 * 60])
def test_minutes_of_long_stays(minutes):
    ((_, found, _),) = charging.sessions(pair(minutes))
    assert found == minutes


def line(event):
    return json.dumps({**event.__dict__, "at": event.at.isoformat()})


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    client = mongomock.MongoClient()
    client.charging.tariffs.insert_one({"_id": "B", "per_kwh": "1", "per_minute": "0.5"})
    monkeypatch.setattr(charging, "MongoClient", lambda url: client)

    def run(**files):
        for name, lines in files.items():
            (tmp_path / name).write_text("\n".join(lines))
        monkeypatch.chdir(tmp_path)
        status = charging.main(list(files))
        return status, *capsys.readouterr()

    run.client = client
    return run


def test_bill_with_standard_and_own_tariff(run):
    files = {"day": [line(e) for e in pair(250) + pair(250, station="B")]}
    assert run(**files) == (0, "day\tK-07\t5.90\nday\tB\t15.00\n", "")


@pytest.mark.parametrize("bad", ['{"station": "K-0', "{}", line(event(1, "start")).replace("2024", "20x4")])
def test_bad_line_is_reported_and_the_rest_is_billed(run, bad):
    good = [line(e) for e in pair()]
    status, out, err = run(one=[bad, *good], two=good)
    assert out == "one\tK-07\t4.90\ntwo\tK-07\t4.90\n"
    assert (status, err) == (1, "one:1: not an event\n")


def test_tariffs_are_read_once(run):
    with mock.patch.object(mongomock.Collection, "find_one") as find_one:
        run(day=[line(e) for e in pair() + pair(station="B")])
    assert find_one.call_count == 0
