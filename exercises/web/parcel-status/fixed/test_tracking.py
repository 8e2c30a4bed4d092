import asyncio
import json
from datetime import date, timedelta

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import tracking
from tracking import Parcel


def days_ago(days):
    return date.today() - timedelta(days=days)


class Carrier:
    """Answers like the carrier; keeps the requests it got."""

    def __init__(self):
        self.parcels = {}
        self.requests = []
        self.status = 200

    def add(self, number, sent=0, **extra):
        parcel = {"number": number, "state": "moving", "zone": "national", "sent_on": str(days_ago(sent))}
        self.parcels[number] = parcel | extra

    def __call__(self, request):
        self.requests.append(request)
        if self.status != 200:
            return httpx.Response(self.status, text="out of order")
        wanted = request.url.params.get("numbers")
        if wanted is None:
            number = request.url.path.rsplit("/", 1)[-1]
            if number not in self.parcels:
                return httpx.Response(404)
            return httpx.Response(200, json=self.parcels[number])
        found = [self.parcels[number] for number in wanted.split(",") if number in self.parcels]
        return httpx.Response(200, json=found)


@pytest.fixture
def carrier():
    return Carrier()


@pytest.fixture
def page(carrier, tmp_path, monkeypatch):
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"tea": "key-tea", "shoes": "key-shoes"}))
    monkeypatch.setattr(tracking, "KEYS_FILE", keys)
    app = FastAPI()
    app.include_router(tracking.router)

    async def client():
        transport = httpx.MockTransport(carrier)
        async with httpx.AsyncClient(base_url="https://carrier.example", transport=transport) as client:
            yield client

    app.dependency_overrides[tracking.carrier_client] = client
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("zone", "sent", "delivered", "late"),
    [
        ("national", 2, None, 0),
        ("national", 5, None, 3),
        ("local", 0, None, 0),
        ("abroad", 7, None, 1),
        ("moon", 11, None, 1),
        ("national", 30, 28, 0),
        ("national", 30, 25, 3),
    ],
)
def test_days_late(zone, sent, delivered, late):
    parcel = Parcel(
        number="1",
        state="x",
        zone=zone,
        sent_on=days_ago(sent),
        delivered_on=None if delivered is None else days_ago(delivered),
    )
    assert tracking.days_late(parcel) == late


def test_states_come_in_the_order_asked_for(page, carrier):
    carrier.add("7", sent=4, scans=["a", "b", "c", "d"])
    answer = page.get("/shipments/tea", params={"numbers": ["9", "7"]}).json()
    assert answer[0] == {"number": "9", "state": "unknown", "days_late": 0, "scans": []}
    assert answer[1] == {"number": "7", "state": "moving", "days_late": 2, "scans": ["b", "c", "d"]}


def test_each_shop_uses_its_own_key(page, carrier):
    for shop in ("tea", "shoes"):
        page.get(f"/shipments/{shop}", params={"numbers": ["1"]})
    assert [request.headers["x-api-key"] for request in carrier.requests] == ["key-tea", "key-shoes"]


def test_many_parcels_need_one_request(page, carrier):
    page.get("/shipments/tea", params={"numbers": [str(n) for n in range(50)]})
    assert len(carrier.requests) == 1


def test_states_are_unknown_while_the_carrier_is_down(page, carrier):
    carrier.status = 502
    answer = page.get("/shipments/tea", params={"numbers": ["1"]})
    assert (answer.status_code, answer.json()[0]["state"]) == (200, "unknown")


def test_unknown_shop_is_404(page):
    assert page.get("/shipments/hats", params={"numbers": ["1"]}).status_code == 404


def test_unreadable_keys_are_503(page):
    tracking.KEYS_FILE.write_text("{")
    assert page.get("/shipments/tea", params={"numbers": ["1"]}).status_code == 503


def test_client_knows_the_carrier_and_is_closed():
    async def use():
        clients = tracking.carrier_client()
        client = await anext(clients)
        base_url = str(client.base_url)
        await clients.aclose()
        return base_url, client.is_closed

    base_url, is_closed = asyncio.run(use())
    assert base_url.startswith(tracking.CARRIER_URL)
    assert is_closed
