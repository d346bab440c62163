interface ClosableSocket {
  readonly writable: boolean;
  end(text: string): void;
  destroy(): void;
}

/** What Node's parser refuses, by its error code; any other error means that the request is not HTTP. */
const refusals: Readonly<Record<string, readonly [string, string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the headers are larger than 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time'],
};

/**
 * Answers what Node's HTTP parser refuses, in the format of the token endpoint, and closes the connection. A proxy that
 * asks the gateway forwards its caller's headers, malformed or not, and gets a 403, which it understands.
 */
export function malformedRequestHandler(
  errorsUrl: string,
  isGateway: (target: string) => boolean,
): (error: Error, socket: ClosableSocket) => void {
  return (error, socket) => {
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const code = 'code' in error ? String(error.code) : '';
    const [status, description] = refusals[code] ?? ['400 Bad Request', 'the request is not valid HTTP'];
    if (isGateway(targetOf(error))) {
      socket.end(
        `HTTP/1.1 403 Forbidden\r\nX-Auth-Error: ${description}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
      return;
    }
    const body = JSON.stringify({
      error: 'invalid_request',
      error_description: description,
      error_uri: `${errorsUrl}#invalid_request`,
    });
    socket.end(
      `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  };
}

/** The target in the request line; empty if there is none to read. */
function targetOf(error: Error): string {
  const packet = 'rawPacket' in error && error.rawPacket instanceof Buffer ? error.rawPacket : Buffer.alloc(0);
  return /^[A-Z]+ (\S+) HTTP\//.exec(packet.toString('latin1', 0, targetBytesMax))?.[1] ?? '';
}

const targetBytesMax = 2048;
