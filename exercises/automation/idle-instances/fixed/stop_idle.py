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
MAX_QUERIES = 500


def running(ec2, team: str) -> list[dict]:
    """Running machines of a team and those shared by all, except those tagged `keep`."""
    filters = [
        {"Name": "tag:env", "Values": ["dev"]},
        {"Name": "tag:team", "Values": ["shared", team]},
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


def metric_query(number: int, instance_id: str) -> dict:
    metric = {
        "Namespace": "AWS/EC2",
        "MetricName": "CPUUtilization",
        "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
    }
    return {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": 900, "Stat": "Maximum"}}


def idle_ids(cloudwatch, instances: list[dict]) -> list[str]:
    """Ids of the instances that ran through the window with the processor below BUSY_PERCENT."""
    end = datetime.now(timezone.utc)
    candidates = [i["InstanceId"] for i in instances if i["LaunchTime"] <= end - WINDOW]
    idle = []
    for start in range(0, len(candidates), MAX_QUERIES):
        chunk = candidates[start : start + MAX_QUERIES]
        queries = [metric_query(number, instance_id) for number, instance_id in enumerate(chunk)]
        peaks: dict[str, float] = {}
        try:
            pages = cloudwatch.get_paginator("get_metric_data").paginate(
                MetricDataQueries=queries, StartTime=end - WINDOW, EndTime=end
            )
            for page in pages:
                for result in page["MetricDataResults"]:
                    values = [*result["Values"], peaks.get(result["Id"], 0.0)]
                    if result["Values"]:
                        peaks[result["Id"]] = max(values)
        except (BotoCoreError, ClientError) as error:
            log.warning("no metrics for %d instances, left running: %s", len(chunk), error)
            continue
        idle += [chunk[int(key[1:])] for key, peak in peaks.items() if peak < BUSY_PERCENT]
    return idle


def announce(team: str, ids: list[str]) -> None:
    """Tells the team's channel which machines are about to be stopped, if the chat can be reached."""
    text = f"{team}: stopping {len(ids)} idle machines: {', '.join(ids)}"
    try:
        response = requests.post(
            CHAT_WEBHOOK, json={"channel": f"#{team}", "text": text}, timeout=5
        )
        response.raise_for_status()
    except requests.RequestException as error:
        log.warning("%s: channel was not told: %s", team, error)


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
