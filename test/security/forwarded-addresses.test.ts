import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, test } from 'node:test';
import { readProxyHeaders } from '@bindery/server/gateway/headers.ts';
import { createGatewayLog, type GatewayLogger } from '@bindery/server/gateway/log.ts';
import { trustedPeers } from '@bindery/server/http/trusted-peers.ts';
import { startBindery } from '../support/bindery.ts';
import { type People, startPeople } from '../support/people.ts';
import type { Sending } from '../support/target.ts';

const proxied = { BINDERY_TRUSTED_PROXIES: '203.0.113.0/24, 2001:db8:ffff::/48', BINDERY_LIMIT_CLIENT: '3' };
const proxy = '203.0.113.9';

const through = (forwardedFor: string, peer = proxy): Sending => ({
  remoteAddress: peer,
  headers: { 'x-forwarded-for': forwardedFor },
});

async function addressInAudit(people: People, sending: Sending): Promise<string | null | undefined> {
  const entries = await people.auditEntriesOf(() => people.target.send(people.target.good, sending));
  return entries[0]?.address;
}

const addressesInLog = (people: People): string[] =>
  [...people.target.server.log().matchAll(/"address":"([^"]*)","requestId"|"address":"([^"]*)","msg":"request"/g)].map(
    ([, first, second]) => first ?? second ?? '',
  );

describe('9.5 addresses as proxies write them', () => {
  test('every spelling of an address is one address in the audit log, and in the access log', async () => {
    await using people = await startPeople(proxied);
    for (const [written, address] of [
      ['198.51.100.7:4711', '198.51.100.7'],
      ['::ffff:198.51.100.7', '198.51.100.7'],
      ['::FFFF:C633:6407', '198.51.100.7'],
      ['[::ffff:198.51.100.7]:4711', '198.51.100.7'],
      ['"198.51.100.7:_port"', '198.51.100.7'],
      ['[2001:db8::7]:443', '2001:db8::7'],
      ['[2001:db8::7]', '2001:db8::7'],
      ['2001:0DB8:0:0::7', '2001:db8::7'],
      ['fe80::1%eth0', 'fe80::1'],
      ['198.51.100.7, [2001:db8:ffff::1]:80, 203.0.113.5:80', '198.51.100.7'],
    ] as const) {
      assert.equal(await addressInAudit(people, through(written)), address, written);
      assert.equal(addressesInLog(people).at(-1), address, written);
    }
    assert.doesNotMatch(people.target.server.log(), /cannot be read/);
  });

  test('the peer itself is normalised too, and is trusted however it is written', async () => {
    await using people = await startPeople(proxied);
    assert.equal(await addressInAudit(people, { remoteAddress: '::ffff:198.51.100.7' }), '198.51.100.7');
    assert.equal(await addressInAudit(people, through('198.51.100.7:1', '::ffff:203.0.113.9')), '198.51.100.7');
    assert.equal(await addressInAudit(people, through('198.51.100.7:1', '::ffff:127.0.0.1')), '198.51.100.7');
  });

  test('what cannot be read counts as the last trusted proxy, with one warning', async () => {
    await using people = await startPeople(proxied);
    const junk = ['unknown', '_hidden', 'localhost', '1.2.3', '0x7f.1', '198.51.100.7:', '198.51.100.7:port', '[]:1'];
    for (const written of [...junk, '[2001:db8::7', '2001:db8::7]', '"', '1.2.3.4:123456', '', ' ']) {
      assert.equal(await addressInAudit(people, through(written)), proxy, written);
    }
    assert.equal(await addressInAudit(people, through('198.51.100.7, unknown, 203.0.113.5:80')), '203.0.113.5');
    assert.equal(people.target.server.log().split('cannot be read').length - 1, 1);
    // A caller can write what it likes in front of the entry that the proxy appends: nobody is warned of that.
    await using quiet = await startPeople(proxied);
    assert.equal(await addressInAudit(quiet, through('unknown, 198.51.100.7')), '198.51.100.7');
    assert.doesNotMatch(quiet.target.server.log(), /cannot be read/);
  });

  test('callers with a port each have a counter of their own, and one caller has one for all its ports', async () => {
    await using people = await startPeople(proxied);
    const guess = async (forwardedFor: string) =>
      (await people.askSignIn({ client_secret: 'wrong' }, through(forwardedFor))).status;
    for (const port of [1, 2, 3]) {
      assert.equal(await guess(`198.51.100.1:${port}`), 401);
    }
    assert.equal(await guess('198.51.100.1:4'), 429);
    assert.equal(await guess('[::ffff:198.51.100.1]:5'), 429);
    assert.equal(await guess('198.51.100.2:1'), 401);
    assert.equal(await guess('[2001:db8::7]:443'), 401);
    // The proxy's own class is another one.
    assert.equal(await guess('unknown'), 401);
  });

  test('the gateway writes the same address to its log', () => {
    const lines: { readonly address?: string }[] = [];
    const warnings: string[] = [];
    const ignore = () => undefined;
    const logger: GatewayLogger = {
      level: 'info',
      debug: ignore,
      error: ignore,
      info: (line: object) => void lines.push(line),
      warn: (_: object, text?: string) => void warnings.push(text ?? ''),
    };
    const log = createGatewayLog(logger, trustedPeers(['203.0.113.0/24']), Date.now);
    for (const [written, address] of [
      ['[2001:DB8::7]:443', '2001:db8::7'],
      ['198.51.100.7:4711', '198.51.100.7'],
      ['_hidden', proxy],
      ['unknown', proxy],
    ] as const) {
      log.refused({
        // Only what the log reads.
        request: { method: 'GET', url: '/verify', socket: { remoteAddress: `::ffff:${proxy}` } } as IncomingMessage,
        forwarded: readProxyHeaders(['X-Forwarded-For', written]),
        isTrusted: true,
        requestId: 'request-1',
        started: 0,
        status: 401,
      });
      assert.equal(lines.at(-1)?.address, address, written);
    }
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /cannot be read as an address/);
  });

  test('the start says whose forwarded headers are believed', async () => {
    await using bindery = await startBindery({ env: { BINDERY_TRUSTED_PROXIES: '10.1.0.0/16' } });
    const said = bindery.log().includes('"trusted":["loopback","10.1.0.0/16"],"msg":"X-Forwarded-For is believed');
    assert.ok(said, bindery.log());
  });
});
