import aiohttp
import httpx


async def names(ids):
    found = {}
    async with aiohttp.ClientSession() as session:
        for user_id in ids:
            async with session.get(f"https://users.example/{user_id}") as response:  # expect: n-plus-one
                found[user_id] = (await response.json())["name"]
    return found


async def rates(currencies):
    async with httpx.AsyncClient() as client:
        return {code: (await client.get(f"https://rates.example/{code}")).json() for code in currencies}  # expect: n-plus-one
