"""The two modules of the application that found_items.py imports, and a database in memory."""
import sqlite3
import sys
import types

import pytest
from flask import Flask

SCHEMA = """
CREATE TABLE items (id INTEGER PRIMARY KEY, tag TEXT UNIQUE, description TEXT, station TEXT, found_on TEXT, returned_on TEXT);
CREATE TABLE photos (item_id INTEGER, file TEXT);
"""
database = types.SimpleNamespace(connection=None)

auth, db = types.ModuleType("office.auth"), types.ModuleType("office.db")
auth.staff_only = lambda view: view
db.get_db = lambda: database.connection
sys.modules.update({"office": types.ModuleType("office"), "office.auth": auth, "office.db": db})


@pytest.fixture
def conn():
    database.connection = sqlite3.connect(":memory:")
    database.connection.row_factory = sqlite3.Row
    database.connection.executescript(SCHEMA)
    yield database.connection
    database.connection.close()


@pytest.fixture
def client(conn, tmp_path):
    import found_items

    app = Flask(__name__)
    app.config["PHOTO_DIR"] = tmp_path
    app.register_blueprint(found_items.bp)
    return app.test_client()
