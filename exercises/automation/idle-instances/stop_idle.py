"""Stops development machines that nobody has used for a while."""
import logging
import os
from datetime import datetime, timedelta, timezone

import boto3
import requests
from botocore.exceptions import BotoCoreError, ClientError

log = logging.getLogger("stop-idle")

CHAT_WEBHOOK = os.environ["CHAT_WEBHOOK"]
WINDOW = timedelta(hours=6)
BUSY_PERCENT = 4.0


def running(ec2, team: str, owners: list[str] = ["shared"]) -> list[dict]:
    """Running machines of a team and those shared by all, except those tagged `keep`."""
    owners.append(team)
    filters = [
        {"Name": "tag:env", "Values": ["dev"]},
        {"Name": "tag:team", "Values": owners},
        {"Name": "instance-state-name", "Values": ["running"]},
    ]
    found = []
    try:
        for page in ec2.get_paginator("describe_instances").paginate(Filters=filters):
            for reservation in page["Reservations"]:
                found.extend(reservation["Instances"])
    except (BotoCoreError, ClientError) as error:
        raise RuntimeError(f"cannot list the instances of {team}: {error}") from error
    return [i for i in found if "keep" not in {tag["Key"] for tag in i.get("Tags", [])}]


def idle_ids(cloudwatch, instances: list[dict]) -> list[str]:
    """Ids of the instances whose processor was below BUSY_PERCENT all the time."""
    end = datetime.now(timezone.utc)
    idle = []
    for instance in instances:
        try:
            stats = cloudwatch.get_metric_statistics(
                Namespace="AWS/EC2", MetricName="CPUUtilization", Statistics=["Maximum"],
                Dimensions=[{"Name": "InstanceId", "Value": instance["InstanceId"]}],
                StartTime=end - WINDOW, EndTime=end, Period=900,
            )
        except (BotoCoreError, ClientError) as error:
            log.warning("%s: no metrics, left running: %s", instance["InstanceId"], error)
            continue
        if all(point["Maximum"] < BUSY_PERCENT for point in stats["Datapoints"]):
            idle.append(instance["InstanceId"])
    return idle


def announce(team: str, ids: list[str]) -> None:
    """Tells the team's channel which machines are about to be stopped."""
    text = f"{team}: stopping {len(ids)} idle machines: {', '.join(ids)}"
    requests.post(CHAT_WEBHOOK, json={"channel": f"#{team}", "text": text})


def handler(event: dict, context: object) -> dict:
    team, ec2 = event["team"], boto3.client("ec2")
    ids = idle_ids(boto3.client("cloudwatch"), running(ec2, team))
    if ids:
        announce(team, ids)
        try:
            ec2.stop_instances(InstanceIds=ids)
        except (BotoCoreError, ClientError) as error:
            raise RuntimeError(f"{team}: machines still running: {error}") from error
    return {"team": team, "stopped": ids}
