"""An API in Python behind the gateway: things of an organization, to read and to add. Standard library only.

It trusts the proxy's headers and sees no token. Its argument is the organization that owns thing 1.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OWNER = sys.argv[1]


class Things(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        organization = self.headers["X-Organization-Id"]
        if self.path.partition("?")[0] == "/things":
            self.answer(200, {"organization": organization, "access": self.headers["X-Access"]})
        elif self.path == "/things/1" and organization == OWNER:
            self.answer(200, {"id": 1})
        else:
            self.answer(404, {})

    def do_POST(self):
        thing = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        self.answer(201, {"name": thing["name"], "client": self.headers["X-Client-Id"]})

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Things)
print(server.server_address[1], flush=True)
server.serve_forever()
