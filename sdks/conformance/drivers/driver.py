"""python3 driver.py: the conformance table's steps for the Python client, one line of JSON each."""

import io
import json
import pickle
import re
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pprint import pformat
from threading import Barrier

from bindery_client import BinderyClient, BinderyClientError

client = None
last_error = None
# The clock moves with `advance` only, so that a slow machine changes nothing.
started_at = time.time()
ahead_seconds = 0


def start(options, **_):
    global client
    named = {re.sub("[A-Z]", lambda found: "_" + found.group().lower(), key): value for key, value in options.items()}
    client = BinderyClient(**named, now=lambda: started_at + ahead_seconds)
    return {}


def fetch(url, method="GET", body=None, stream=False, **_):
    data = body.encode() if body is not None else None
    response = client.request(method, url, data=io.BytesIO(data) if stream else data)
    return {"status": response.status_code, "body": response.text}


def token(**_):
    return {"token": client.token()}


def advance(seconds, **_):
    global ahead_seconds
    ahead_seconds += seconds
    return {}


def together(url, count, **_):
    barrier = Barrier(count)

    def call(_):
        barrier.wait()
        return client.get(url).status_code

    with ThreadPoolExecutor(count) as pool:
        statuses = list(pool.map(call, range(count)))
    return {"statuses": f"{','.join(map(str, sorted(set(statuses))))} x {len(statuses)}"}


def dump(**_):
    texts = [repr(client), str(client), pformat(vars(client)), pformat(vars(client._source))]
    try:
        texts.append(repr(pickle.dumps(client)))
    except TypeError as error:
        texts.append(str(error))
    error = last_error
    while error is not None:
        texts += [repr(error), pformat(vars(error)), "".join(traceback.format_exception(type(error), error, None))]
        texts += [pformat(vars(value)) for value in vars(error).values() if hasattr(value, "__dict__")]
        error = error.__context__
    return {"dump": texts}


steps = {one.__name__: one for one in (start, fetch, token, advance, together, dump)}

for line in sys.stdin:
    step = json.loads(line)
    try:
        result = steps[step.pop("do")](**step)
    except BinderyClientError as error:
        last_error = error
        facts = {
            "code": error.code,
            "status": error.status,
            "requestId": error.request_id,
            "retryAfterSeconds": error.retry_after_seconds,
            "message": str(error),
        }
        result = {name: value for name, value in facts.items() if value is not None}
    print(json.dumps(result), flush=True)
