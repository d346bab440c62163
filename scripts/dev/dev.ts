// `npm run dev`: the server and the console behind one port. A change of the server's code or pages restarts the server;
// a change of the console shows at once, by Vite. The console runs under the headers that the server sends, its strict
// Content-Security-Policy included.
import { createServer, type ServerResponse } from 'node:http';
import { createConsole } from './console.ts';
import { forward } from './forward.ts';
import { RestartingServer } from './restarting-server.ts';

const port = Number(process.env['PORT'] ?? 8080);
const publicUrl = process.env['BINDERY_PUBLIC_URL'] ?? `http://localhost:${port}`;

const front = createServer();
const vite = await createConsole(front, publicUrl);
const server = new RestartingServer(publicUrl);

front.on('request', (request, response) => {
  const path = new URL(request.url ?? '/', publicUrl).pathname;
  const passOn = () => {
    server
      .address()
      .then((address) => forward(address, request, response, vite.isPage(path) ? vite.page : undefined))
      .catch((error: unknown) => refuse(response, error));
  };
  // Vite answers for modules and assets, and leaves the console's addresses to the server.
  if (path.startsWith('/console/')) vite.middlewares(request, response, passOn);
  else passOn();
});

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${error instanceof Error ? error.message : String(error)}\n`);
}

let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (isEnding) return;
    isEnding = true;
    front.close();
    front.closeAllConnections();
    Promise.all([vite.close(), server.end()]).then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
        process.exit(1);
      },
    );
  });
}

front.on('error', (error: NodeJS.ErrnoException) => {
  const reason =
    error.code === 'EADDRINUSE' ? `port ${port} is taken: choose another with PORT=${port + 1}` : error.message;
  process.stderr.write(`${reason}\n`);
  process.kill(process.pid, 'SIGTERM');
});
front.listen(port, process.env['HOST'] ?? 'localhost', () => {
  process.stdout.write(`console, portal and API at ${publicUrl}; the server restarts when its code changes\n`);
});
server.start();
