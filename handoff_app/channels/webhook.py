"""A signed POST to the owner's system: `X-Signature-256`, and the Standard Webhooks headers beside it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import time

from handoff_app import net
from handoff_app.channels.base import Notice, PermanentError, Receipt, RetryLater, excerpt


class Webhook:
    """2xx is success, 410 stops for good, everything else is tried again; redirects are not followed."""

    async def send(self, notice: Notice, credentials: Mapping[str, str]) -> Receipt:
        secrets = credentials.get("webhook_secrets", "").splitlines()
        headers = signed_headers(notice.id, notice.body, secrets, int(time()))
        try:
            reply = await net.post(notice.target, notice.body, headers)
        except net.Refused as error:
            raise PermanentError(str(error)) from error
        if 200 <= reply.status < 300:
            return Receipt(f"answered {reply.status}", excerpt=excerpt(reply.body))
        if reply.status == 410:
            raise PermanentError("answered 410: the endpoint is gone", gone=True)
        wait = retry_after(reply.headers.get("retry-after", ""))
        raise RetryLater(f"answered {reply.status}", wait, excerpt(reply.body))


def signed_headers(delivery_id: str, body: bytes, secrets: Sequence[str], timestamp: int) -> dict[str, str]:
    """The headers of one attempt, signed with the newest secret and, while it is being changed, the one before.

    `X-Signature-256` holds one signature, the newest secret's; `webhook-signature` is a list by its specification.
    """
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Handoff",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(timestamp),
    }
    if secrets:
        headers["X-Signature-256"] = "sha256=" + hmac.new(secrets[0].encode(), body, hashlib.sha256).hexdigest()
        signed = [f"v1,{_standard(delivery_id, body, secret, timestamp)}" for secret in secrets]
        headers["webhook-signature"] = " ".join(signed)
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
    key = secret.encode()
    if secret.startswith("whsec_"):
        with suppress(ValueError):  # what is no base64 after all is taken as it is: better so than no notice
            key = base64.b64decode(secret[6:] + "=" * (-len(secret[6:]) % 4), validate=True)
    message = f"{delivery_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()
