import pino, { type DestinationStream, type Logger } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Config } from './config.ts';

/** The log: JSON lines on standard output, or readable lines on a terminal; it never contains secrets. */
export function createLogger(config: Pick<Config, 'logLevel' | 'logFormat'>, destination?: DestinationStream): Logger {
  const isPretty = config.logFormat === 'pretty' || (config.logFormat === 'auto' && process.stdout.isTTY === true);
  return pino(
    {
      level: config.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { err: describeError },
      redact: {
        // What a careless log line could contain; our own lines contain none of it.
        paths: [
          'headers.authorization',
          'headers.cookie',
          '*.client_secret',
          '*.clientSecret',
          '*.password',
          '*.refresh_token',
          '*.access_token',
          '*.accessToken',
        ],
        censor: '[redacted]',
      },
    },
    destination ??
      (isPretty
        ? PinoPretty({ ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' })
        : pino.destination({ sync: false })),
  );
}

/** Type, code, message and stack of an error and its causes, without a parser's message, which may quote the body. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) {
    return { message: 'not an error' };
  }
  const isParser = error instanceof SyntaxError || error instanceof URIError;
  return {
    type: error.name,
    ...('code' in error && { code: error.code }),
    message: isParser ? 'left out' : error.message,
    stack: isParser ? undefined : error.stack,
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}
