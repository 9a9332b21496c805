"""How a notice leaves. A new channel is one file here and its name in `CHANNELS`."""

from handoff_app.channels.base import Channel
from handoff_app.channels.email import Email
from handoff_app.channels.slack import Slack
from handoff_app.channels.webhook import Webhook

CHANNELS: dict[str, Channel] = {"email": Email(), "slack": Slack(), "webhook": Webhook()}
