"""A message as it goes out: address, headers and body, signed as its form asks."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote_plus

from api.i18n import spoken, texts
from logistics.domain.webhooks import Delivery, Webhook, WebhookForm, key_of

_WECOM_BYTES: Final = 4096  # of markdown, by WeCom's page on group robots
_DINGTALK_BYTES: Final = 20_000  # of a request, by DingTalk's page on custom robots


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is posted."""

    url: str
    headers: dict[str, str]
    body: bytes


def message_of(webhook: Webhook, delivery: Delivery, at: datetime) -> Message:
    """Write a message as its webhook takes it, signed at an instant."""
    match webhook.form:
        case WebhookForm.PLAIN:
            return _plain(webhook, delivery, at)
        case WebhookForm.DINGTALK:
            return _dingtalk(webhook, delivery, at)
        case WebhookForm.WECOM:
            return _wecom(webhook, delivery)


def signature(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """Sign a message with each secret.

    Notes
    -----
    Standard Webhooks 1.0: ``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``;
    several signatures stand side by side while a secret is being changed.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    marks = (hmac.new(key_of(secret), signed, hashlib.sha256).digest() for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(mark).decode()}" for mark in marks)


def _plain(webhook: Webhook, delivery: Delivery, at: datetime) -> Message:
    body = delivery.payload.encode()
    timestamp = int(at.timestamp())
    return Message(
        url=webhook.url,
        headers={
            "webhook-id": delivery.message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(
                webhook.secrets_at(at), delivery.message_id, timestamp, body
            ),
        },
        body=body,
    )


def _dingtalk(webhook: Webhook, delivery: Delivery, at: datetime) -> Message:
    """Write markdown for a DingTalk robot; with a secret, signed in the query.

    Notes
    -----
    DingTalk, "custom robot security": the base64 of HMAC-SHA256 over the milliseconds, a line
    feed and the secret, with the secret as key.
    """
    url = webhook.url
    if webhook.secret:
        timestamp = int(at.timestamp() * 1000)
        signed = f"{timestamp}\n{webhook.secret}".encode()
        mark = hmac.new(webhook.secret.encode(), signed, hashlib.sha256).digest()
        joint = "&" if "?" in url else "?"
        url += f"{joint}timestamp={timestamp}&sign={quote_plus(base64.b64encode(mark))}"
    title, lines = _said(webhook, delivery)
    text = _cut("\n\n".join([f"#### {title}", *lines]), _DINGTALK_BYTES // 2)
    return _json(url, {"msgtype": "markdown", "markdown": {"title": title, "text": text}})


def _wecom(webhook: Webhook, delivery: Delivery) -> Message:
    title, lines = _said(webhook, delivery)
    text = _cut("\n".join([f"**{title}**", *(f"> {line}" for line in lines)]), _WECOM_BYTES)
    return _json(webhook.url, {"msgtype": "markdown", "markdown": {"content": text}})


def _said(webhook: Webhook, delivery: Delivery) -> tuple[str, list[str]]:
    """Say an event in the language of its readers: a title, and a line for each fact."""
    language = spoken(webhook.language) or "zh"
    words = texts(language)["webhooks"]
    told = json.loads(delivery.payload)
    colon = "：" if language == "zh" else ": "
    values = texts(language)["pages"]["states"]
    lines = [
        f"{words['facts'].get(name, name)}{colon}{_value(value, values)}"
        for name, value in told["data"].items()
        if value is not None
    ]
    return words["events"].get(delivery.event, delivery.event), lines


def _value(value: Any, words: dict[str, str]) -> str:
    text = str(value)
    # what could become a link or a heading in the chat is only text here
    return words.get(text, text).replace("[", "［").replace("<", "＜").replace("\n", " ")


def _cut(text: str, most: int) -> str:
    raw = text.encode()
    return text if len(raw) <= most else raw[: most - 3].decode(errors="ignore") + "…"


def _json(url: str, body: dict[str, Any]) -> Message:
    return Message(url=url, headers={}, body=json.dumps(body, ensure_ascii=False).encode())
