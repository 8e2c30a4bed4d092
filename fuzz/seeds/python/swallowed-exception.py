def rate(client, currency):
    try:
        return client.rate(currency)
    except Exception:  # expect: swallowed-exception
        return 1.0


def names(path):
    found = []
    try:
        found = path.read_text().split()
    except BaseException:  # expect: swallowed-exception
        found = []
    return found


def silenced(job):
    try:
        job.run()
    except Exception as error:  # noqa: BLE001  # expect: swallowed-exception
        pass


def is_alive(client):
    try:
        return client.ping()
    except Exception:  # expect: swallowed-exception low
        return False
