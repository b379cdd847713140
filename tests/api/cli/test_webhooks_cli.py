"""Webhooks at the command line: added, listed, tried and taken away."""

import json

import pytest
from typer.testing import CliRunner

from api.cli import app
from tests.api.webhooks.conftest import Receiver, receiver

__all__ = ["receiver"]


@pytest.fixture
def call(tmp_path):
    def run(*words: str, code: int = 0, lang: str = "en") -> str:
        line = ["webhook", *words, "--database", f"sqlite:///{tmp_path / 'w.db'}", "--lang", lang]
        done = CliRunner().invoke(app, line)
        assert done.exit_code == code, done.output
        return done.output

    return run


def add(call, url: str, *more: str) -> dict:
    return json.loads(call("add", url, "--json", *more))


def test_one_that_is_added_is_listed_without_its_secret(call):
    made = add(call, "https://hook.example/a?key=hidden", "--event", "run.state")
    assert made["secret"].startswith("whsec_")
    listed = call("list")
    assert "https://hook.example/a?…: run.state" in listed
    assert made["secret"] not in listed
    assert "hidden" not in listed


def test_the_secret_of_a_robot_is_not_said_again(call):
    said = call("add", "https://oapi.dingtalk.com/robot/send?access_token=t",
                "--form", "dingtalk", "--secret", "SECabc")  # fmt: skip
    assert "SECabc" not in said


def test_a_test_message_is_sent_at_once(call, receiver: Receiver):
    made = add(call, receiver.url, "--private-host", "127.0.0.1")
    said = call("ping", made["id"], "--private-host", "127.0.0.1")
    assert "204" in said
    assert json.loads(receiver.received[0].body)["type"] == "webhook.ping"


def test_a_test_message_that_is_not_taken_ends_with_three(call, receiver: Receiver):
    made = add(call, receiver.url, "--private-host", "127.0.0.1")
    receiver.will_answer(500)
    said = call("ping", made["id"], "--private-host", "127.0.0.1", code=3, lang="zh")
    assert "测试消息未送达：status 500" in said


def test_without_leave_a_private_host_is_not_reached(call, receiver: Receiver):
    refused = call("add", receiver.url, code=2)
    assert "webhook.url-invalid" in refused
    made = add(call, receiver.url, "--private-host", "127.0.0.1")
    assert "webhook.url-invalid" in call("ping", made["id"], code=3)
    assert receiver.received == []


def test_one_that_is_taken_away_is_gone(call):
    made = add(call, "https://hook.example/")
    call("remove", made["id"])
    assert "no webhooks" in call("list")
    assert "webhook.unknown" in call("remove", made["id"], code=2)
