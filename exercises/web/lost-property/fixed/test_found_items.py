import io
import subprocess
from unittest import mock

import found_items
import pytest
from werkzeug.datastructures import MultiDict


def add(conn, tag, description="umbrella", station="Mitte", found_on="2024-05-02", returned_on=None, photos=()):
    item = (tag, description, station, found_on, returned_on)
    new = conn.execute(
        "INSERT INTO items (tag, description, station, found_on, returned_on) VALUES (?, ?, ?, ?, ?)", item
    )
    for file in photos:
        conn.execute("INSERT INTO photos VALUES (?, ?)", (new.lastrowid, file))


def tags(answer):
    return [item["tag"] for item in answer.json]


@pytest.mark.parametrize(
    ("args", "clauses", "values"),
    [
        ({}, 1, []),
        ({"q": "  "}, 1, []),
        ({"q": "bag"}, 2, ["%bag%"]),
        ({"station": "Mitte"}, 2, ["Mitte"]),
        ({"q": "bag", "station": "Mitte", "since": "2024-05-01"}, 4, ["%bag%", "Mitte", "2024-05-01"]),
    ],
)
def test_conditions(args, clauses, values):
    where, found = found_items.conditions(MultiDict(args))
    assert len(where.split(" AND ")) == clauses
    assert found == values


def test_search_filters_and_leaves_out_what_was_returned(client, conn):
    add(conn, "1", "red umbrella")
    add(conn, "2", "red bag", station="West")
    add(conn, "3", "red scarf", returned_on="2024-05-09")
    assert tags(client.get("/found/?q=red&station=Mitte")) == ["1"]
    assert tags(client.get("/found/?q=red")) == ["1", "2"]
    assert tags(client.get("/found/")) == ["1", "2"]


def test_photos_are_read_in_one_query(client, conn):
    for number in range(12):
        add(conn, str(number), photos=[f"{number}a.webp", f"{number}b.webp"])
    statements = []
    conn.set_trace_callback(statements.append)
    items = client.get("/found/").json
    assert len(statements) == 2
    assert items[3]["photos"] == ["3a.webp", "3b.webp"]


def test_order_is_one_of_the_known(client, conn):
    add(conn, "new", found_on="2024-05-03")
    add(conn, "old", found_on="2024-05-01")
    assert tags(client.get("/found/?sort=oldest")) == ["old", "new"]
    assert client.get("/found/?sort=(SELECT 1)").status_code == 400


def register(client, tag="17", run=None):
    form = {"tag": tag, "description": "hat", "station": "West", "found_on": "2024-05-02"}
    with mock.patch.object(found_items.subprocess, "run", side_effect=run):
        return client.post("/found/", data={**form, "photo": (io.BytesIO(b"..."), "../../x.jpg")})


def test_item_is_registered_with_its_photo(client):
    assert register(client).status_code == 201
    (item,) = client.get("/found/").json
    assert item["tag"] == "17"
    assert item["photos"][0].endswith(".webp")


def test_tag_in_use_is_409(client):
    register(client)
    assert register(client).status_code == 409


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (subprocess.CalledProcessError(1, "convert", stderr=b"no image"), 422),
        (subprocess.TimeoutExpired("convert", 20), 503),
        (FileNotFoundError("convert"), 503),
    ],
)
def test_nothing_is_registered_without_photo(client, failure, status):
    assert register(client, run=failure).status_code == status
    assert client.get("/found/").json == []


def test_missing_field_is_400(client):
    assert client.post("/found/", data={"tag": "1"}).status_code == 400
