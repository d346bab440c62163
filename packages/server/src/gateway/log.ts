import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { createHiddenCallerWarning, findCaller } from '../http/forwarded-for.ts';
import { createUntrustedPeerWarning } from '../http/untrusted-peer-warning.ts';
import { originalRequest, type ProxyHeaders } from './headers.ts';

/** The log that the gateway writes to. */
export type GatewayLogger = Pick<FastifyBaseLogger, 'level' | 'debug' | 'info' | 'warn' | 'error'>;

/** A request to the gateway that was answered. */
export interface Answered {
  readonly request: IncomingMessage;
  readonly forwarded: ProxyHeaders;
  readonly isTrusted: boolean;
  readonly requestId: string;
  /** When it arrived, by `performance.now()`. */
  readonly started: number;
  readonly status: number;
  readonly reason?: string;
  readonly error?: unknown;
}

const pathLengthMax = 500;

/** Logs requests to the gateway. */
export interface GatewayLog {
  /** Whether allowed requests are logged too. */
  readonly isVerbose: boolean;
  allowed(answered: Answered): void;
  refused(answered: Answered): void;
}

/**
 * Each refusal gets a line, as other requests do. Allowed requests are in the proxy's own log, and here only at the level
 * `debug`: a line would cost as much as the rest of the response.
 */
export function createGatewayLog(logger: GatewayLogger, trusted: BlockList, now: () => number): GatewayLog {
  const warn = createUntrustedPeerWarning('the method sent to /verify', now);
  const warnOfHidden = createHiddenCallerWarning();

  function lineOf({ request, forwarded, isTrusted, requestId, started, status, reason }: Answered) {
    const original = originalRequest(forwarded, isTrusted);
    const caller = findCaller(request.socket.remoteAddress, forwarded.forwardedFor, trusted);
    warnOfHidden(logger, caller);
    return {
      requestId,
      method: request.method,
      path: withoutQuery(request.url ?? ''),
      status,
      milliseconds: Math.round((performance.now() - started) * 10) / 10,
      address: caller.address,
      // The request that the proxy received.
      ...(original === undefined ? {} : { originalMethod: original.method }),
      ...(original?.uri === undefined ? {} : { originalPath: withoutQuery(original.uri) }),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  return {
    isVerbose: logger.level === 'debug' || logger.level === 'trace',
    allowed: (answered) => logger.debug(lineOf(answered), 'request'),
    refused(answered) {
      // Without the method each request of that proxy counts as a write.
      if (!answered.isTrusted && answered.forwarded.methods.length > 0) {
        warn(logger, answered.request.socket.remoteAddress);
      }
      if (answered.status >= 500) {
        logger.error({ err: answered.error, requestId: answered.requestId }, 'the gateway could not check a request');
      }
      logger.info(lineOf(answered), 'request');
    },
  };
}

/** The query may contain what should not have been sent there. */
function withoutQuery(target: string): string {
  return (target.split(/[?#]/, 1)[0] ?? '').slice(0, pathLengthMax);
}
