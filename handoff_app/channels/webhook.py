"""A signed POST to the owner's system: `X-Signature-256`, and the Standard Webhooks headers beside it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import time

from handoff_app import net
from handoff_app.channels.base import Notice, PermanentError, Receipt, RetryLater


class Webhook:
    """2xx is success, 410 stops for good, everything else is tried again; redirects are not followed."""

    async def send(self, notice: Notice, credentials: Mapping[str, str]) -> Receipt:
        headers = signed_headers(notice.id, notice.body, credentials.get("webhook_secret", ""), int(time()))
        try:
            reply = await net.post(notice.target, notice.body, headers)
        except net.Refused as error:
            raise PermanentError(str(error)) from error
        if 200 <= reply.status < 300:
            return Receipt(f"answered {reply.status}")
        if reply.status == 410:
            raise PermanentError("answered 410: the endpoint is gone")
        raise RetryLater(f"answered {reply.status}", retry_after(reply.headers.get("retry-after", "")))


def signed_headers(delivery_id: str, body: bytes, secret: str, timestamp: int) -> dict[str, str]:
    """The headers of one attempt. Without a secret nothing is signed."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Handoff",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(timestamp),
    }
    if secret:
        headers["X-Signature-256"] = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers["webhook-signature"] = "v1," + _standard(delivery_id, body, secret, timestamp)
    return headers


def retry_after(value: str) -> float | None:
    """Seconds to wait by a `Retry-After` header (RFC 9110, 10.2.3), or None if it says nothing usable."""
    if value.strip().isdecimal():
        return float(value[:12])
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _standard(delivery_id: str, body: bytes, secret: str, timestamp: int) -> str:
    """Standard Webhooks: HMAC over `id.timestamp.body`; a `whsec_` secret is base64, any other is its own bytes."""
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    message = f"{delivery_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
