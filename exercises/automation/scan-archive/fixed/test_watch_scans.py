import os
import sqlite3
import time
from unittest import mock

import pytest
import watch_scans

LONG_AGO = time.time() - 3600


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(watch_scans, "ARCHIVE", tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def bays(tmp_path):
    folders = [tmp_path / "bay1", tmp_path / "bay2"]
    for folder in folders:
        folder.mkdir()
    return folders


@pytest.fixture
def conn():
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE orders (number TEXT, customer TEXT)")
        connection.execute("INSERT INTO orders VALUES ('4711', 'miller')")
        yield connection


def scan(folder, name="4711_0001.pdf", modified=LONG_AGO, text="signed"):
    path = folder / name
    path.write_text(text)
    os.utime(path, (modified, modified))
    return path


def archived(store):
    return sorted(path.read_text() for path in store.rglob("*") if path.is_file())


def test_scan_is_new_once(bays):
    path, known = scan(bays[0]), {}
    assert watch_scans.fresh_scans(bays[0], known) == [path]
    assert watch_scans.fresh_scans(bays[0], known) == []
    scan(bays[0], modified=LONG_AGO + 60)
    assert watch_scans.fresh_scans(bays[0], known) == [path]


def test_scan_that_is_being_written_has_to_wait(bays):
    scan(bays[0], modified=time.time() - watch_scans.SETTLE_SECONDS + 5)
    assert watch_scans.fresh_scans(bays[0], {}) == []


def test_other_files_and_vanished_ones_are_left_out(bays):
    scan(bays[0], "notes.txt")
    (bays[0] / "4711_0009.pdf").symlink_to(bays[0] / "gone.pdf")
    assert watch_scans.fresh_scans(bays[0], {}) == []


def test_same_name_in_two_bays_settles(bays, conn):
    known = {}
    scan(bays[0])
    scan(bays[1], modified=LONG_AGO + 60)
    watch_scans.look(conn, bays, known)
    with mock.patch.object(watch_scans, "archive") as archive:
        watch_scans.look(conn, bays, known)
    archive.assert_not_called()


def test_nothing_in_the_archive_is_replaced(bays, conn, store):
    known = {}
    scan(bays[0], text="one")
    scan(bays[1], text="two", modified=LONG_AGO + 60)
    watch_scans.look(conn, bays, known)
    scan(bays[0], text="three", modified=LONG_AGO + 120)
    watch_scans.look(conn, bays, known)
    assert archived(store) == ["one", "three", "two"]


def test_scans_go_to_their_customer(bays, conn, store):
    scan(bays[0])
    scan(bays[0], "9999_0001.pdf")
    watch_scans.look(conn, bays, {})
    assert sorted(path.name for path in store.iterdir()) == ["miller", "unassigned"]


def test_one_query_for_all_scans(bays, conn):
    for number in range(20):
        scan(bays[0], f"4711_{number:04}.pdf")
    statements = []
    conn.set_trace_callback(statements.append)
    watch_scans.look(conn, bays, {})
    assert len(statements) == 1


def test_failed_copy_is_tried_again_and_the_others_go_on(bays, conn, store):
    known, copy2 = {}, watch_scans.shutil.copy2
    scan(bays[0], text="one")
    scan(bays[1], text="two")

    def full_disk(source, target):
        if source.parent == bays[0]:
            raise OSError(28, "No space left on device")
        return copy2(source, target)

    with mock.patch.object(watch_scans.shutil, "copy2", side_effect=full_disk):
        watch_scans.look(conn, bays, known)
    assert archived(store) == ["two"]
    watch_scans.look(conn, bays, known)
    assert archived(store) == ["one", "two"]


def test_watch_looks_again_and_again(bays, conn, store):
    looks = []

    def clerk(seconds):
        looks.append(archived(store))
        if len(looks) == 3:
            raise KeyboardInterrupt
        scan(bays[0], f"4711_{len(looks):04}.pdf", text=f"scan {len(looks)}")

    with mock.patch.object(watch_scans.time, "sleep", side_effect=clerk):
        with pytest.raises(KeyboardInterrupt):
            watch_scans.watch(conn, bays)
    assert looks == [[], ["scan 1"], ["scan 1", "scan 2"]]
