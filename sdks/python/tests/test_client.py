"""Run with: PYTHONPATH=src python3 -m unittest discover tests"""

import copy
import pickle
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import dumps

import requests
from bindery_client import BinderyClient, BinderyClientError
from bindery_client._endpoint import parse_retry_after

SECRET = "bindery_secret_of_the_tests"
OPTIONS = {
    "issuer": "https://id.example.com",
    "client_id": "client_1",
    "client_secret": SECRET,
    "organization_id": "0b6f2d1c-55aa-4c0e-9d7e-2f3f8f1f6a10",
}


class WrongOptions(unittest.TestCase):
    WRONG = [
        {"issuer": ""},
        {"issuer": "id.example.com"},
        {"issuer": "http://id.example.com"},
        {"issuer": "https://id.example.com?x=1"},
        {"issuer": "https://user@id.example.com"},
        {"issuer": "https://id.example.com\\@evil.example"},
        {"issuer": "http://[::2]"},
        {"client_id": None},
        {"client_secret": " " + SECRET},
        {"client_secret": SECRET + "é"},
        {"next_client_secret": ""},
        {"organization_id": "0B6F2D1C-55AA-4C0E-9D7E-2F3F8F1F6A10"},
        {"tenant_header": "x tenant"},
        {"tenant_header": "Authorization"},
        {"token_url": "http://127.0.0.1/connect/token"},
        {"scope": "a  b"},
        {"timeout_seconds": 0},
        {"timeout_seconds": float("nan")},
        {"timeout_seconds": 301},
    ]

    def test_each_is_refused_at_once_without_repeating_a_value(self):
        for wrong in self.WRONG:
            with self.subTest(wrong=wrong), self.assertRaises(BinderyClientError) as raised:
                BinderyClient(**{**OPTIONS, **wrong})
            self.assertEqual(raised.exception.code, "configuration_wrong")
            self.assertNotIn(SECRET, str(raised.exception))

    def test_valid_options_are_accepted(self):
        for valid in ({}, {"issuer": "http://[::1]:8080"}, {"issuer": "http://localhost:8080"}, {"scope": "a b"}):
            with self.subTest(valid=valid):
                BinderyClient(**{**OPTIONS, **valid})


class Secrets(unittest.TestCase):
    def test_a_client_can_be_neither_pickled_nor_copied(self):
        client = BinderyClient(**OPTIONS)
        for attempt in (lambda: pickle.dumps(client), lambda: copy.copy(client), lambda: pickle.dumps(client.auth)):
            self.assertRaises(TypeError, attempt)

    def test_its_representation_contains_no_secret(self):
        self.assertNotIn(SECRET, repr(BinderyClient(**OPTIONS)))


class RetryAfter(unittest.TestCase):
    def test_is_seconds_or_a_date(self):
        self.assertEqual(parse_retry_after("7", 0), 7)
        self.assertEqual(parse_retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 50), 10)
        self.assertEqual(parse_retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 70), 0)
        for nothing in (None, "", "-1", "soon", "1.5"):
            self.assertIsNone(parse_retry_after(nothing, 0))


class Issuer(BaseHTTPRequestHandler):
    """Returns a token of 1000 s for each request, and counts them."""

    def do_POST(self):
        self.server.requests += 1
        self.server.gate.wait(10)
        answer = {"access_token": f"token-{self.server.requests}", "token_type": "Bearer", "expires_in": 1000}
        self._send(200, dumps(answer))

    def do_GET(self):
        self._send(200, self.headers.get("Authorization", ""))

    def _send(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


class Renewal(unittest.TestCase):
    def setUp(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Issuer)
        self.server.requests = 0
        self.server.gate = threading.Event()
        self.server.gate.set()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.seconds = 0.0
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def client(self, random):
        here = {"issuer": self.url, "token_url": self.url + "/token"}
        return BinderyClient(**{**OPTIONS, **here}, now=lambda: self.seconds, random=lambda: random)

    def test_happens_between_60_and_90_percent_of_the_lifetime(self):
        for random, last_second in ((0.0, 599), (0.5, 749), (0.999999, 899)):
            with self.subTest(random=random):
                self.seconds = 0.0
                client = self.client(random)
                first = client.token()
                self.seconds = float(last_second)
                self.assertEqual(client.token(), first)
                self.seconds += 1
                self.assertNotEqual(client.token(), first)

    def test_one_thread_renews_while_the_others_use_the_old_token(self):
        client = self.client(0.0)
        first = client.token()
        self.seconds = 700.0
        self.server.gate.clear()
        renewing = threading.Thread(target=client.token)
        renewing.start()
        while self.server.requests < 2:
            threading.Event().wait(0.01)
        self.assertEqual(client.token(), first)
        self.server.gate.set()
        renewing.join()
        self.assertEqual(client.token(), "token-2")

    def test_a_clock_that_was_set_back_does_not_keep_a_token_valid(self):
        client = self.client(0.0)
        self.seconds = 5000.0
        client.token()
        self.seconds = 100.0
        self.assertEqual(client.token(), "token-2")

    def test_auth_works_with_the_callers_own_session(self):
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(self.url, auth=self.client(0.0).auth)
        self.assertEqual(answer.text, "Bearer token-1")


if __name__ == "__main__":
    unittest.main()
