// What `GET /verify` is measured against: node:http alone, which answers 200 with the headers of an answer of
// Bindery's. It looks at nothing.
import { createServer } from 'node:http';

/** The headers of each answer, as JSON in the variable BARE; `Date` and `Connection` are Node's own. */
// The one who starts this program writes the variable.
const headers = JSON.parse(process.env['BARE'] ?? '') as Readonly<Record<string, string>>;

const server = createServer((_request, response) => {
  response.writeHead(200, headers).end();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stderr.write(`listening on ${typeof address === 'object' ? address?.port : ''}\n`);
});
