def f(x=[], *, y={}, **k):
    match x:
        case {"a": [1, *r]} if r: return f"{r!r:>{10}}"
    async with a() as b, c: await b
    return lambda: (yield x)
