"""Needs moto[ec2,cloudwatch]."""
from datetime import datetime, timedelta, timezone
from unittest import mock

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from moto import mock_aws

import stop_idle

NOW = datetime.now(timezone.utc)


@pytest.fixture(autouse=True)
def post():
    with mock_aws(), mock.patch.object(stop_idle.requests, "post") as post:
        yield post


def machine(team, peaks, *, keep=False, hours_up=24):
    """A running development machine with one datapoint for each of the peaks."""
    tags = [{"Key": "env", "Value": "dev"}, {"Key": "team", "Value": team}]
    if keep:
        tags.append({"Key": "keep", "Value": "yes"})
    instance_id = boto3.client("ec2").run_instances(
        ImageId="ami-12c6146b",
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )["Instances"][0]["InstanceId"]
    LAUNCHED[instance_id] = NOW - timedelta(hours=hours_up)
    for number, peak in enumerate(peaks):
        boto3.client("cloudwatch").put_metric_data(
            Namespace="AWS/EC2",
            MetricData=[
                {
                    "MetricName": "CPUUtilization",
                    "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
                    "Timestamp": NOW - timedelta(minutes=30 * (number + 1)),
                    "Value": peak,
                }
            ],
        )
    return instance_id


LAUNCHED: dict[str, datetime] = {}


@pytest.fixture(autouse=True)
def launch_times(monkeypatch):
    """Lets machines look as old as the test says; moto starts them all just now."""
    original = stop_idle.running

    def running(*args):
        return [{**i, "LaunchTime": LAUNCHED[i["InstanceId"]]} for i in original(*args)]

    monkeypatch.setattr(stop_idle, "running", running)


def stopped(team):
    return stop_idle.handler({"team": team}, None)["stopped"]


@pytest.mark.parametrize(
    ("peaks", "is_idle"),
    [([1.0, 2.0], True), ([1.0, 60.0], False), ([stop_idle.BUSY_PERCENT], False), ([], False)],
)
def test_idle_is_below_the_threshold_throughout(peaks, is_idle):
    instance_id = machine("search", peaks)
    assert stopped("search") == ([instance_id] if is_idle else [])


def test_machine_started_within_the_window_is_left_alone():
    machine("search", [1.0], hours_up=1)
    assert stopped("search") == []


def test_kept_machines_and_other_teams_are_left_alone():
    machine("search", [1.0], keep=True)
    machine("maps", [1.0])
    assert stopped("search") == []


def test_two_teams_after_each_other_in_one_process():
    shared, maps = machine("shared", [50.0]), machine("maps", [1.0])
    assert stopped("maps") == [maps]
    boto3.client("ec2").start_instances(InstanceIds=[maps, shared])
    assert stopped("search") == []


def test_shared_machines_are_looked_at_for_every_team():
    shared = machine("shared", [1.0])
    assert stopped("search") == [shared]


def test_machines_are_stopped_although_the_chat_is_down(post):
    instance_id = machine("search", [1.0])
    post.side_effect = requests.ConnectionError
    assert stopped("search") == [instance_id]
    state = boto3.client("ec2").describe_instances()["Reservations"][0]["Instances"][0]["State"]
    assert state["Name"] == "stopped"
    assert post.call_args.kwargs["timeout"] == 5


def test_unreadable_metrics_leave_the_machines_running():
    cloudwatch = mock.Mock()
    cloudwatch.get_paginator.side_effect = ClientError({"Error": {"Code": "Throttling"}}, "GetMetricData")
    old = {"InstanceId": "i-1", "LaunchTime": NOW - timedelta(days=2)}
    assert stop_idle.idle_ids(cloudwatch, [old]) == []


def test_one_request_for_a_team():
    cloudwatch = mock.Mock()
    cloudwatch.get_paginator.return_value.paginate.return_value = []
    instances = [{"InstanceId": f"i-{n}", "LaunchTime": NOW - timedelta(days=2)} for n in range(300)]
    stop_idle.idle_ids(cloudwatch, instances)
    assert cloudwatch.get_paginator.return_value.paginate.call_count == 1
