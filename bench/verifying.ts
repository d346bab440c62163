// What it costs to verify a token: in a process of its own beside other libraries, and through the gateway.
import { type GatewayOptions, type GatewayResult, measureGateway } from './gateway.ts';
import { run } from './processes.ts';
import { cells } from './turns.ts';
import type { VerificationResult } from './verifications.ts';

/** What verifying came to. */
export interface Verifying {
  readonly verifiers: readonly VerificationResult[];
  readonly gateway: GatewayResult;
}

const program = new URL('./verifications.ts', import.meta.url).pathname;

/** Measures both, one after the other. */
export async function measureVerifying(options: GatewayOptions): Promise<Verifying> {
  const asked = JSON.stringify({ rounds: options.rounds, seconds: Math.min(1, options.seconds) });
  // The program prints what it is typed to print.
  const verifiers = JSON.parse(await run([program], { VERIFICATIONS: asked })) as readonly VerificationResult[];
  return { verifiers, gateway: await measureGateway(options) };
}

/** Two tables in Markdown. */
export function linesOfVerifying({ verifiers, gateway }: Verifying): readonly string[] {
  const { bindery, bare, ratio, processorRatio } = gateway;
  const times = verifiers.map(({ algorithm, name, cold, warm }) => {
    const jose = verifiers.find((other) => other.algorithm === algorithm && other.name === 'jose');
    const coldShare = (jose?.cold.microseconds ?? 0) / cold.microseconds;
    const warmShare = (jose?.warm.microseconds ?? 0) / warm.microseconds;
    return `| ${algorithm} ${name} | ${perOne(cold.microseconds)} | ${coldShare.toFixed(2)} | ${perOne(warm.microseconds)} | ${warmShare.toFixed(warmShare < 10 ? 2 : 0)} |`;
  });
  return [
    '| | cold µs | cold/s | of jose | warm µs | warm/s | of jose |',
    '|---|---|---|---|---|---|---|',
    ...times,
    '',
    '| | requests/s | p50 ms | p99 ms | CPU µs/request | of bare | of bare, by CPU |',
    '|---|---|---|---|---|---|---|',
    `| GET /verify | ${cells(bindery)} | **${ratio.toFixed(2)}** | ${processorRatio.toFixed(2)} |`,
    `| bare node:http | ${cells(bare)} | 1 | 1 |`,
  ];
}

function perOne(microseconds: number): string {
  return `${microseconds.toFixed(1)} | ${(1e6 / microseconds).toFixed(0)}`;
}
