import os
import subprocess
import sys
from unittest import mock

import pytest
import requests
import suites

COVERED = {
    "shop/cart.py": {"unit", "api"},
    "shop/tax.py": {"unit"},
    "mail/send.py": {"slow"},
    "mail/new.py": {suites.EVERYTHING},
}


@pytest.fixture
def change():
    """Sets what the branch has changed; the coverage is that of COVERED."""
    with (
        mock.patch.object(suites, "changed_files") as changed,
        mock.patch.object(suites, "covering", side_effect=lambda paths: {p: COVERED[p] for p in paths}),
    ):
        yield lambda *paths: setattr(changed, "return_value", list(paths))


def whole(total):
    return sorted(suite for index in range(total) for suite in suites.plan("main", index, total))


@pytest.mark.parametrize("total", [1, 2, 8])
def test_runners_share_the_selection_without_overlap(change, total):
    change("shop/cart.py", "shop/tax.py", "mail/send.py")
    assert whole(total) == ["mail:slow", "mail:smoke", "shop:api", "shop:smoke", "shop:unit"]


def test_unknown_coverage_concerns_its_own_package_only(change):
    change("mail/new.py", "shop/tax.py")
    assert whole(3) == ["mail:all", "shop:smoke", "shop:unit"]


def test_documents_need_no_suite(change):
    change("shop/README.md")
    assert whole(2) == []


def test_shared_packages_run_everything_once(change):
    change("core/money.py", "shop/cart.py")
    assert whole(4) == ["*:all"]


def test_each_process_gets_the_same_shares():
    script = (
        "import suites; suites.changed_files = lambda base: ['shop/a.py'];"
        "suites.covering = lambda paths: {'shop/a.py': set('abcdefgh')};"
        "print(*suites.plan('main', 0, 3))"
    )
    shares = set()
    for seed in ("1", "2", "3"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.path.dirname(suites.__file__)}
        done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, check=True)
        shares.add(done.stdout)
    assert len(shares) == 1


@pytest.mark.parametrize(
    "failure",
    [subprocess.CalledProcessError(128, "git", stderr="fatal: no merge base"), FileNotFoundError("git")],
)
def test_failing_git_fails_the_run(failure):
    with mock.patch.object(suites.subprocess, "run", side_effect=failure):
        with pytest.raises(suites.NoDiff):
            suites.plan("main", 0, 8)


def test_git_is_really_asked_for_its_status(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(suites.NoDiff):
        suites.changed_files("no-such-branch")


def test_coverage_is_asked_once():
    with mock.patch.object(suites.requests, "post") as post:
        post.return_value.json.return_value = {"files": {"a/x.py": ["unit"]}}
        assert suites.covering(["a/x.py", "a/y.py"]) == {"a/x.py": {"unit"}, "a/y.py": {"all"}}
    assert post.call_count == 1


@pytest.mark.parametrize(
    "failure",
    [{"side_effect": requests.Timeout}, {"return_value.json.return_value": {}}, {"return_value.json.return_value": []}],
)
def test_everything_runs_when_the_coverage_is_unknown(failure):
    with mock.patch.object(suites.requests, "post", **failure):
        assert suites.covering(["a/x.py"]) == {"a/x.py": {suites.EVERYTHING}}


def test_changed_files_are_the_lines_of_the_diff():
    with mock.patch.object(suites.subprocess, "run") as run:
        run.return_value.stdout = "shop/cart.py\ndocs/index.md\n"
        assert suites.changed_files("main") == ["shop/cart.py", "docs/index.md"]


def test_select_adds_smoke():
    assert suites.select({"shop/cart.py": {"unit"}}) == {"smoke", "unit"}
