import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { type AskedHeaders, originalRequest } from './headers.ts';
import { isTrustedPeer } from './peers.ts';

/** What the gateway writes to. */
export type GatewayLogger = Pick<FastifyBaseLogger, 'level' | 'debug' | 'info' | 'warn' | 'error'>;

/** A request to the gateway that was answered. */
export interface Answered {
  readonly request: IncomingMessage;
  readonly asked: AskedHeaders;
  readonly isTrusted: boolean;
  readonly requestId: string;
  /** When it came, by `performance.now()`. */
  readonly started: number;
  readonly status: number;
  readonly reason?: string;
  readonly error?: unknown;
}

const warnEveryMilliseconds = 60_000;
const pathLengthMax = 500;

/** Writes of requests to the gateway. */
export interface GatewayLog {
  /** Whether what was let in has a line here too. */
  readonly isVerbose: boolean;
  letIn(answered: Answered): void;
  refused(answered: Answered): void;
}

/**
 * Each refusal has a line, as other requests have one. What was let in has its line in the proxy's own log, and here at
 * the level `debug` only: it would cost as much as the whole rest of the answer.
 */
export function createGatewayLog(logger: GatewayLogger, trusted: BlockList, now: () => number): GatewayLog {
  let quietUntil = Number.NEGATIVE_INFINITY;

  /** Most likely a proxy that BINDERY_TRUSTED_PROXIES does not name, so that each of its requests counts as a write. */
  function warnOfForwarding({ request, asked, isTrusted }: Answered): void {
    if (isTrusted || asked.methods.length === 0 || now() < quietUntil) {
      return;
    }
    quietUntil = now() + warnEveryMilliseconds;
    logger.warn(
      { address: request.socket.remoteAddress },
      'the method of a request to /verify came from a peer that is not trusted and is ignored; a proxy of yours belongs into BINDERY_TRUSTED_PROXIES',
    );
  }

  return {
    isVerbose: logger.level === 'debug' || logger.level === 'trace',
    letIn: (answered) => logger.debug(lineOf(answered, trusted), 'request'),
    refused(answered) {
      warnOfForwarding(answered);
      if (answered.status >= 500) {
        logger.error({ err: answered.error, requestId: answered.requestId }, 'the gateway could not check a request');
      }
      logger.info(lineOf(answered, trusted), 'request');
    },
  };
}

function lineOf({ request, asked, isTrusted, requestId, started, status, reason }: Answered, trusted: BlockList) {
  const original = originalRequest(asked, isTrusted);
  return {
    requestId,
    method: request.method,
    path: withoutQuery(request.url ?? ''),
    status,
    milliseconds: Math.round((performance.now() - started) * 10) / 10,
    address: callerOf(request.socket.remoteAddress, asked.forwardedFor, trusted),
    // What the proxy was asked for.
    ...(original === undefined ? {} : { originalMethod: original.method }),
    ...(original?.uri === undefined ? {} : { originalPath: withoutQuery(original.uri) }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The query may hold what should not have been sent there. */
function withoutQuery(target: string): string {
  return (target.split(/[?#]/, 1)[0] ?? '').slice(0, pathLengthMax);
}

/** The address that the last peer who is believed names: each proxy adds the one that it sees at the end. */
function callerOf(peer: string | undefined, forwardedFor: readonly string[], trusted: BlockList): string | undefined {
  let address = peer;
  for (const named of forwardedFor.join(',').split(',').reverse()) {
    if (!isTrustedPeer(trusted, address)) {
      return address;
    }
    const next = named.trim();
    if (isIP(next) === 0) {
      return address;
    }
    address = next;
  }
  return address;
}
