"""Both clients with a service that asks for keys."""

import asyncio

import pytest

from lookalike import Forbidden, RateLimited, Unauthorized
from lookalike.client import AsyncClient, Client, user_token


def test_keys_are_made_used_rotated_and_revoked_through_both_clients(guarded, shop):
    url, admin = guarded
    sku = min(shop.truth)

    def blocking():
        with Client(admin, url) as client:
            made = client.keys.create(name="till", scopes=["recommend"], per_minute=1000)
            listed = [one.key_id for one in client.keys.list()]
            turned = client.keys.rotate(made.key_id, grace_hours=1)
            with Client(made.secret, url) as old, Client(turned.secret, url) as new:
                same = old.collections.get(sku).sku == new.collections.get(sku).sku == sku
                with pytest.raises(Forbidden):
                    old.jobs.list()
                client.keys.revoke(made.key_id)
                with pytest.raises(Unauthorized, match="revoked"):
                    new.collections.get(sku)
            client.keys.revoke(made.key_id, forget=True)
            left = [one.key_id for one in client.keys.list()]
            return made.key_id in listed, same, made.key_id in left

    async def awaited():
        async with AsyncClient(admin, url) as client:
            made = await client.keys.create(name="till", scopes=["recommend"], per_minute=1000)
            listed = [one.key_id for one in await client.keys.list()]
            turned = await client.keys.rotate(made.key_id, grace_hours=1)
            async with AsyncClient(made.secret, url) as old, AsyncClient(turned.secret, url) as new:
                same = (await old.collections.get(sku)).sku == (await new.collections.get(sku)).sku
                with pytest.raises(Forbidden):
                    await old.jobs.list()
                await client.keys.revoke(made.key_id)
                with pytest.raises(Unauthorized, match="revoked"):
                    await new.collections.get(sku)
            await client.keys.revoke(made.key_id, forget=True)
            left = [one.key_id for one in await client.keys.list()]
            return made.key_id in listed, same, made.key_id in left

    assert blocking() == asyncio.run(awaited()) == (True, True, False)


def test_a_page_speaks_for_the_user_whom_its_server_signed(guarded):
    url, admin = guarded
    with Client(admin, url) as client:
        page = client.keys.create(
            name="page", scopes=["storefront"], origins=["https://shop.example"]
        )
    token = user_token(admin, "user-7")
    with Client(page.secret, url, user_token=token) as client:
        assert client.users.get("user-7").user_id == "user-7"
        with pytest.raises(Forbidden, match="no user"):
            client.users.get("user-8")
    with Client(page.secret, url) as client, pytest.raises(Forbidden):
        client.users.get("user-7")


def test_too_many_calls_are_an_error_that_says_when_to_come_back(guarded):
    url, admin = guarded
    with Client(admin, url) as client:
        slow = client.keys.create(name="slow", scopes=["recommend"], per_minute=1)
    with Client(slow.secret, url, retries=0) as client:
        client.collections.list()
        with pytest.raises(RateLimited, match="Try again in") as raised:
            client.collections.list()
    assert raised.value.code == "rate_limited"


def test_neither_key_nor_token_is_in_the_shown_form_of_a_client(guarded):
    url, admin = guarded
    token = user_token(admin, "u")
    with Client(admin, url, user_token=token) as client:
        shown = repr(vars(client)) + repr(client._transport.link)
    assert admin not in shown
    assert token not in shown
