"""Lost property office: search for the public, registration for the staff."""
import json
import sqlite3
import subprocess
from collections import defaultdict
from pathlib import Path
from uuid import uuid4

from flask import Blueprint, abort, current_app, jsonify, request
from werkzeug.datastructures import FileStorage, MultiDict

from office.auth import staff_only
from office.db import get_db

bp = Blueprint("found_items", __name__, url_prefix="/found")
PAGE = 50
SORTS = {"newest": "found_on DESC", "oldest": "found_on", "station": "station, found_on DESC"}
PHOTOS = "SELECT item_id, file FROM photos WHERE item_id IN (SELECT value FROM json_each(?))"


def conditions(args: MultiDict) -> tuple[str, list]:
    """WHERE clause and its values for the filters that the visitor has filled in."""
    clauses, values = ["returned_on IS NULL"], []
    if word := args.get("q", "").strip():
        clauses.append("description LIKE ?")
        values.append(f"%{word}%")
    if station := args.get("station"):
        clauses.append("station = ?")
        values.append(station)
    if since := args.get("since"):
        clauses.append("found_on >= ?")
        values.append(since)
    return " AND ".join(clauses), values


@bp.get("/")
def search():
    db: sqlite3.Connection = get_db()
    where, values = conditions(request.args)
    order = SORTS.get(request.args.get("sort", "newest"))
    if order is None:
        abort(400, f"sort is one of {', '.join(SORTS)}")
    offset = PAGE * max(request.args.get("page", 1, type=int) - 1, 0)
    query = f"SELECT id, tag, description, station, found_on FROM items WHERE {where}"
    rows = db.execute(f"{query} ORDER BY {order} LIMIT ? OFFSET ?", (*values, PAGE, offset)).fetchall()
    photos = defaultdict(list)
    for photo in db.execute(PHOTOS, (json.dumps([row["id"] for row in rows]),)):
        photos[photo["item_id"]].append(photo["file"])
    return jsonify([{**dict(row), "photos": photos[row["id"]]} for row in rows])


def store_photo(upload: FileStorage) -> str:
    """Scales an uploaded photo down and returns the name of the stored file."""
    name = f"{uuid4().hex}.webp"
    target = Path(current_app.config["PHOTO_DIR"]) / name
    command = ["convert", "-", "-resize", "1200x1200>", f"webp:{target}"]
    try:
        subprocess.run(command, input=upload.read(), check=True, capture_output=True, timeout=20)
    except subprocess.CalledProcessError as error:
        current_app.logger.warning("photo refused: %s", error.stderr)
        abort(422, "the photo cannot be read")
    except (OSError, subprocess.TimeoutExpired) as error:
        current_app.logger.error("photo not stored: %s", error)
        abort(503, "photos cannot be stored at the moment")
    return name


@bp.post("/")
@staff_only
def register():
    form, db = request.form, get_db()
    item = (form["tag"], form["description"], form["station"], form["found_on"])
    photo = store_photo(request.files["photo"])
    try:
        with db:
            new = db.execute("INSERT INTO items (tag, description, station, found_on) VALUES (?, ?, ?, ?)", item)
            db.execute("INSERT INTO photos (item_id, file) VALUES (?, ?)", (new.lastrowid, photo))
    except sqlite3.IntegrityError:
        abort(409, f"tag {form['tag']} is in use")
    return jsonify(id=new.lastrowid), 201
