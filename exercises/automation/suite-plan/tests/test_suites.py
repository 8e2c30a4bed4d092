from unittest import mock

import requests
import suites


def test_changed_files_are_the_lines_of_the_diff():
    with mock.patch.object(suites.subprocess, "run") as run:
        run.return_value.stdout = "shop/cart.py\ndocs/index.md\n"
        assert suites.changed_files("main") == ["shop/cart.py", "docs/index.md"]
    assert run.call_args.args[0][-1] == "main...HEAD"


def test_covering_asks_for_the_suites_of_a_file():
    with mock.patch.object(suites.requests.Session, "get") as get:
        get.return_value.json.return_value = {"suites": ["unit", "api"]}
        assert suites.covering(["shop/cart.py"]) == {"shop/cart.py": {"unit", "api"}}
    assert get.call_args.args[0].endswith("/files/shop%2Fcart.py")


def test_everything_runs_when_the_coverage_is_unknown():
    with mock.patch.object(suites.requests.Session, "get", side_effect=requests.Timeout):
        assert suites.covering(["shop/new.py"]) == {"shop/new.py": {suites.EVERYTHING}}


def test_select_adds_smoke():
    assert suites.select({"shop/cart.py": {"unit"}}) == {"smoke", "unit"}
