"""What admins save: checked field by field, secrets sealed."""

from dataclasses import replace

import pytest
from sqlmodel import select

from handoff_app.domain import endpoints, settings, slack_team, texts
from handoff_app.domain.models import Endpoint, Setting
from tests.conftest import World


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"emails": ""}, "emails"),
        ({"emails": "grace@acme.example; nobody"}, "emails"),
        ({"emails": ";".join(f"a{n}@acme.example" for n in range(51))}, "emails"),
        ({"webhook_url": ""}, "webhook_url"),
        ({"slack_channel": " "}, "slack_channel"),
    ],
)
def test_a_bad_value_names_its_field_and_saves_nothing(world: World, change: dict[str, str], field: str) -> None:
    before = world.do(settings.escalations)
    with pytest.raises(settings.BadValue) as refused:
        world.do(settings.save_escalations, replace(before, **change))
    assert refused.value.field == field
    assert world.do(settings.escalations) == before


def test_slack_is_not_available_until_a_token_is_connected(world: World) -> None:
    saved = world.do(settings.escalations)
    world.do(settings.save_escalations, replace(saved, slack_on=False), slack_token="")
    with pytest.raises(settings.BadValue, match="Connect"):
        world.do(settings.save_escalations, saved)


def test_secrets_are_sealed_and_only_the_worker_opens_them(world: World) -> None:
    stored = world.do(lambda s: {row.name: row.value for row in s.exec(select(Setting))})
    assert "s3cret" not in str(stored)
    assert "xoxb-1" not in str(stored)
    assert "s3cret" not in str(world.all(Endpoint))
    assert world.do(slack_team.token) == "xoxb-1"
    assert world.do(lambda s: endpoints.keys(s, "main")) == ["s3cret"]


def test_addresses_are_split_cleaned_and_kept_once() -> None:
    assert settings.split_addresses(" a@x.example; B@x.example;;A@x.example ; ") == ["a@x.example", "B@x.example"]


def test_an_edit_that_loses_its_placeholder_is_refused(world: World) -> None:
    with pytest.raises(settings.BadValue, match="name"):
        world.do(texts.save, "en", {"agent.joined": "Somebody joined"})


def test_an_edit_is_kept_per_language_and_the_default_is_no_edit(world: World) -> None:
    world.do(texts.save, "de", {"offer.yes": "Ja bitte", "offer.no": "Nein, danke"})
    assert world.do(texts.edited, "de") == {"offer.yes": "Ja bitte"}
    assert world.do(texts.words, "en", ["offer.yes"]) == {"offer.yes": "Yes, connect me"}


def test_the_setup_token_works_once(world: World) -> None:
    token = world.do(settings.setup_token)
    assert not world.do(settings.spend_setup_token, "x")
    assert world.do(settings.spend_setup_token, token)
    assert not world.do(settings.spend_setup_token, token)


def test_a_standard_secret_that_is_none_is_refused(world: World) -> None:
    wanted = replace(world.do(settings.escalations), webhook_on=True, webhook_url="https://acme.example/hook")
    with pytest.raises(settings.BadValue, match="base64"):
        world.do(settings.save_escalations, wanted, webhook_secret="whsec_abc")
