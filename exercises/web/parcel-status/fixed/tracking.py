"""Shipment states for the order pages, read from the parcel carrier."""
import json
import logging
import os
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import httpx
from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, TypeAdapter

log = logging.getLogger(__name__)
router = APIRouter(prefix="/shipments")

CARRIER_URL = os.environ.get("CARRIER_URL", "https://carrier.example/v2")
KEYS_FILE = Path(os.environ.get("CARRIER_KEYS", "/etc/shop/carrier-keys.json"))
TRANSIT_DAYS = {"local": 1, "national": 2, "abroad": 6}


class Parcel(BaseModel):
    number: str
    state: str
    zone: str
    sent_on: date
    delivered_on: date | None = None
    scans: list[str] = []


class Shipment(BaseModel):
    number: str
    state: str = "unknown"
    days_late: int = 0
    scans: list[str] = []


PARCELS = TypeAdapter(list[Parcel])


async def carrier_client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=CARRIER_URL, timeout=4.0) as client:
        yield client


def auth_headers(shop: str) -> dict[str, str]:
    """Headers that identify a shop to the carrier."""
    try:
        keys = json.loads(KEYS_FILE.read_text())
    except (OSError, ValueError) as error:
        log.error("carrier keys in %s cannot be read: %s", KEYS_FILE, error)
        raise HTTPException(503, "parcel states are not available") from error
    if shop not in keys:
        raise HTTPException(404, f"no carrier key for {shop}")
    return {"Accept": "application/json", "X-Api-Key": keys[shop]}


def days_late(parcel: Parcel) -> int:
    """Days after the promised one, counted until today or until the parcel arrived."""
    due = parcel.sent_on + timedelta(days=TRANSIT_DAYS.get(parcel.zone, 10))
    return max(((parcel.delivered_on or date.today()) - due).days, 0)


async def fetch_parcels(
    client: httpx.AsyncClient, numbers: list[str], headers: dict[str, str]
) -> dict[str, Parcel]:
    """The parcels the carrier knows, by number; empty when it cannot be asked."""
    try:
        response = await client.get(
            "/parcels", params={"numbers": ",".join(numbers)}, headers=headers
        )
        response.raise_for_status()
        parcels = PARCELS.validate_python(response.json())
    except (httpx.HTTPError, ValueError) as error:
        log.warning("%d parcels: %s", len(numbers), error)
        return {}
    return {parcel.number: parcel for parcel in parcels}


@router.get("/{shop}")
async def shipments(
    shop: str, numbers: list[str] = Query(), client: httpx.AsyncClient = Depends(carrier_client)
) -> list[Shipment]:
    """State of each of the parcels, in the order of their numbers."""
    parcels = await fetch_parcels(client, numbers, auth_headers(shop))
    found = []
    for number in numbers:
        shipment = Shipment(number=number)
        if parcel := parcels.get(number):
            shipment.state, shipment.days_late = parcel.state, days_late(parcel)
            shipment.scans.extend(parcel.scans[-3:])
        found.append(shipment)
    return found
