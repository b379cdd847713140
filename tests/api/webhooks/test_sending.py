"""One message, posted once: signed, to the address that was judged, and no further."""

import base64
import hashlib
import hmac
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from api.webhooks.messages import Message, message_of, signature
from api.webhooks.sending import send
from logistics.domain.webhooks import Delivery, DeliveryState, Webhook, WebhookForm

AT = datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
KEY = b"k" * 32
SECRET = "whsec_" + base64.b64encode(KEY).decode()
HERE = ("127.0.0.1", "hook.example")


def webhook(url, form=WebhookForm.PLAIN, secret=SECRET, **changes):
    return replace(
        Webhook(
            id="wh_1", url=url, secret=secret, old_secret="", old_secret_until=None,
            events=("*",), form=form, language="zh", label="", active=True, failures=0,
            stopped_for="", version=1, created_at=AT, updated_at=AT,
        ),
        **changes,
    )  # fmt: skip


def delivery(event="trip.departed", **data):
    told = {"run": "KX-20261124-1", "trip": "K1-1", "courier": "K1"} | data
    body = {"type": event, "timestamp": AT.isoformat(), "data": told}
    return Delivery(
        seq=1, message_id="msg_1", webhook_id="wh_1", event=event,
        payload=json.dumps(body, ensure_ascii=False), state=DeliveryState.PENDING, attempts=1,
        next_at=AT, last_status=None, last_error="", at=AT, ended_at=None,
    )  # fmt: skip


def post(one, said=None, **more):
    return send(message_of(one, said or delivery(), AT), one.form, allowed=HERE, **more)


def verified(received, key):
    """Check as the Standard Webhooks specification tells receivers to."""
    signed = b".".join([
        received.headers["webhook-id"].encode(),
        received.headers["webhook-timestamp"].encode(),
        received.body,
    ])  # fmt: skip
    mark = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{mark}" in received.headers["webhook-signature"].split(" ")


def test_the_example_of_the_specification_is_signed_as_it_says():
    # standard-webhooks/spec: secret, id, timestamp and body of its reference libraries' tests
    mark = signature(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert mark == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_arrives_with_a_signature_that_holds(receiver):
    outcome = post(webhook(receiver.url))
    assert (outcome.status, outcome.why) == (204, "")
    (got,) = receiver.received
    assert verified(got, KEY)
    assert not verified(got, b"x" * 32)
    assert got.headers["webhook-id"] == "msg_1"
    assert got.headers["webhook-timestamp"] == str(int(AT.timestamp()))
    assert json.loads(got.body)["data"]["trip"] == "K1-1"


def test_while_a_secret_is_changed_both_sign(receiver):
    new = b"n" * 32
    one = webhook(
        receiver.url,
        secret="whsec_" + base64.b64encode(new).decode(),
        old_secret=SECRET,
        old_secret_until=AT + timedelta(hours=1),
    )
    post(one)
    assert verified(receiver.received[0], KEY)
    assert verified(receiver.received[0], new)
    post(replace(one, old_secret_until=AT))
    assert not verified(receiver.received[1], KEY)


def test_a_private_address_is_refused_before_anybody_is_asked(receiver):
    one = webhook(f"https://127.0.0.1:{receiver.port}/hook")
    outcome = send(message_of(one, delivery(), AT), one.form)
    assert (outcome.status, outcome.why) == (None, "webhook.host-private")
    assert receiver.received == []


def test_without_tls_only_allowed_hosts_are_told(receiver):
    one = webhook(receiver.url)
    assert send(message_of(one, delivery(), AT), one.form).why == "webhook.url-invalid"
    assert receiver.received == []


def test_the_connection_goes_to_the_address_that_was_judged(receiver):
    """The name is asked once; were it asked again, it would lead elsewhere."""
    asked = []

    def resolve(host, _port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.0.2.1"]

    one = webhook(f"http://hook.example:{receiver.port}/hook")
    assert post(one, resolve=resolve).status == 204
    assert asked == ["hook.example"]
    assert receiver.received[0].headers["host"] == f"hook.example:{receiver.port}"


def test_a_redirect_is_not_followed(receiver):
    receiver.will_answer(307, Location=receiver.url)
    outcome = post(webhook(receiver.url))
    assert (outcome.status, outcome.why) == (307, "status 307")
    assert len(receiver.received) == 1


def test_an_answer_that_asks_for_time_is_heard(receiver):
    receiver.will_answer(429, Retry_After="120")
    assert post(webhook(receiver.url)).after_s == 120


@pytest.mark.parametrize("said", [b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b""])
def test_one_who_never_ends_the_answer_is_cut_off(said):
    """A timeout of the socket alone would begin anew with each byte."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = Event()

    def drip():
        line, _ = listening.accept()
        with line:
            line.recv(65_536)
            try:
                line.sendall(said)
                while not over.wait(0.05):
                    line.sendall(b"x")
            except OSError:
                return  # cut off, as it should be

    thread = Thread(target=drip)
    thread.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
    outcome = post(webhook(url), timeout_s=0.4)
    over.set()
    thread.join()
    listening.close()
    assert outcome.why in {"timeout", "BadStatusLine"}
    assert outcome.status is None


def test_nobody_there_is_a_failure_and_no_defect():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = post(webhook(f"http://127.0.0.1:{port}/"))
    assert outcome.status is None
    assert outcome.why == "Connection refused"


def test_tls_is_really_spoken(receiver):
    """The receiver speaks no TLS, so an https address fails in the handshake."""
    outcome = post(webhook(f"https://127.0.0.1:{receiver.port}/hook"))
    assert outcome.status is None
    assert receiver.received == []


def test_a_dingtalk_robot_gets_markdown_signed_in_the_query(receiver):
    receiver.will_answer(200, b'{"errcode":0,"errmsg":"ok"}')
    one = webhook(f"{receiver.url}?access_token=t", WebhookForm.DINGTALK, "SECabc")
    assert post(one).why == ""
    (got,) = receiver.received
    query = parse_qs(urlsplit(got.path).query)
    stamp = str(int(AT.timestamp() * 1000))
    mark = hmac.new(b"SECabc", f"{stamp}\nSECabc".encode(), hashlib.sha256).digest()
    assert query == {
        "access_token": ["t"],
        "timestamp": [stamp],
        "sign": [base64.b64encode(mark).decode()],
    }
    said = json.loads(got.body)
    assert said["msgtype"] == "markdown"
    assert said["markdown"]["title"] == "骑手已出车"
    assert "趟次：K1-1" in said["markdown"]["text"]


def test_a_wecom_robot_gets_markdown(receiver):
    receiver.will_answer(200, b'{"errcode":0,"errmsg":"ok"}')
    one = webhook(f"{receiver.url}?key=k", WebhookForm.WECOM, "", language="en")
    assert post(one).why == ""
    assert json.loads(receiver.received[0].body) == {
        "msgtype": "markdown",
        "markdown": {
            "content": "**Courier left**\n> run: KX-20261124-1\n> trip: K1-1\n> courier: K1"
        },
    }


def test_a_message_to_wecom_is_no_longer_than_it_takes(receiver):
    one = webhook(receiver.url, WebhookForm.WECOM, "")
    post(one, delivery(courier="骑" * 3000))
    content = json.loads(receiver.received[0].body)["markdown"]["content"]
    assert len(content.encode()) <= 4096
    assert content.endswith("…")


def test_a_robot_that_says_no_with_status_200_has_not_taken_it(receiver):
    receiver.will_answer(200, b'{"errcode":310000,"errmsg":"sign not match"}')
    assert post(webhook(receiver.url, WebhookForm.DINGTALK, "SEC")).why == "errcode 310000"


def test_what_a_fact_says_cannot_become_a_link_in_the_chat(receiver):
    one = webhook(receiver.url, WebhookForm.WECOM, "")
    post(one, delivery(courier="[x](http://evil.example)\n# y"))
    content = json.loads(receiver.received[0].body)["markdown"]["content"]
    assert "[x](" not in content
    assert "\n# y" not in content


def test_an_address_that_became_invalid_is_refused_and_no_defect():
    outcome = send(Message(url="ftp://x/", headers={}, body=b""), WebhookForm.PLAIN)
    assert outcome.why == "webhook.url-invalid"
