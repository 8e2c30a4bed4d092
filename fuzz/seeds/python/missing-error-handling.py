import aiohttp


async def weather(city):
    async with aiohttp.ClientSession() as session:
        async with session.get(f"https://weather.example/{city}") as answer:  # expect: missing-error-handling
            return (await answer.json())["today"]
