from unittest import mock

import pandas as pd
import pytest
import rollup


def readings(*values, start="2024-01-08", hours=12):
    taken_at = pd.date_range(start, periods=len(values), freq=f"{hours}h")
    return pd.DataFrame({"taken_at": taken_at, "value": values})


@pytest.mark.parametrize(("unit", "factor"), [("kWh", 1), ("MWh", 1000)])
def test_units(unit, factor):
    assert rollup.to_kwh(pd.Series([2.0]), unit).tolist() == [2 * factor]


def test_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="BTU"):
        rollup.to_kwh(pd.Series([2.0]), "BTU")


def test_steps_are_added_up_by_day():
    use = rollup.daily_use(readings(10.0, 14.0, 20.0, 21.0), "kWh")
    assert use.tolist() == [4.0, 7.0]


def test_new_meter_starts_at_zero():
    use = rollup.daily_use(readings(900.0, 910.0, 3.0, 5.0), "kWh")
    assert use.tolist() == [10.0, 5.0]


def test_degree_days_have_dates():
    with mock.patch.object(rollup.requests, "get") as get:
        get.return_value.json.return_value = {"days": [{"day": "2024-01-08", "degree_days": 11.5}]}
        days = rollup.degree_days(pd.Timestamp("2024-01-08"), pd.Timestamp("2024-01-08"))
    assert days["day"].dt.year.tolist() == [2024]
    assert days["degree_days"].tolist() == [11.5]
