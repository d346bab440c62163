import { bindersErrors } from '@bindery/binders';
import { guardErrors } from '@bindery/guard';
import { apiMeanings, bindersMeanings, guardMeanings, oauthMeanings } from '../http/error-meanings.ts';
import { apiAnswers, oauthAnswers } from '../http/error-response.ts';
import { apiExitCodes, exitCodes } from '../program.ts';
import { generatedNote, markdownTable } from './page.ts';

/** One code, as one part of Bindery returns it. */
export interface ErrorEntry {
  readonly code: string;
  readonly part: 'token' | 'guard' | 'binders' | 'management';
  readonly status: number;
  /** How a caller sees it. */
  readonly shown: string;
  readonly meaning: string;
}

/** Every code, in the order of the page. */
export function errorEntries(): readonly ErrorEntry[] {
  return [
    ...entriesOf('token', oauthMeanings, (code) => {
      const { status, error } = code === 'server_error' ? { status: 500, error: code } : oauthAnswers[code];
      return { status, shown: `\`"error": "${error ?? code}"\`` };
    }),
    ...entriesOf('guard', guardMeanings, (code) => {
      // Widened, because the rows of the table have different members.
      const { status, error }: { readonly status: number; readonly error?: string } = guardErrors[code];
      const bare = status === 401 ? '`Bearer`' : '';
      return { status, shown: error === undefined ? bare : `\`Bearer error="${error}"\`` };
    }),
    ...entriesOf('binders', bindersMeanings, (code) => ({
      ...bindersErrors[code],
      shown: `\`type\` ends in \`#${code}\``,
    })),
    ...entriesOf('management', apiMeanings, (code) => ({
      ...apiAnswers[code],
      shown: `exit code ${apiExitCodes[code]}`,
    })),
  ];
}

const partNames: Readonly<Record<ErrorEntry['part'], string>> = {
  token: 'OAuth endpoints',
  guard: 'Guarded APIs',
  binders: 'Binders API',
  management: 'Management',
};

/** `docs/integrators/reference/errors.md`: a row with an anchor for each code; a code of several parts is under the first. */
export function errorsPage(): string {
  const entries = errorEntries();
  const byCode = Map.groupBy(entries, ({ code }) => code);
  const tableOf = (part: ErrorEntry['part']): string =>
    markdownTable(
      ['Code', 'Status', 'Seen as', 'Meaning'],
      [...byCode].filter(([, [first]]) => first?.part === part).map(([code, same]) => rowOf(code, same)),
    );
  return `${generatedNote}

# Errors

No error reveals a secret or anything about another organization. Every response has a request id in \`X-Request-Id\`; problem
details repeat it as \`traceId\`, and the server log has a line with the same id.

## Token, introspection and revocation endpoints

JSON of the form \`{"error": "...", "error_description": "...", "error_uri": "..."}\` (RFC 6749 §5.2). Several codes below have
the same \`error\` on the wire and a different status; \`error_uri\` links to the code.

${tableOf('token')}

## Guarded APIs

What [\`packages/guard\`](../../../packages/guard/README.md) responds before a request reaches the API: problem details (RFC 9457), and
with 401 and \`insufficient_scope\` a challenge in \`WWW-Authenticate\` (RFC 6750 §3). \`code\` is the code, \`type\` a link to its
explanation, and \`claim\` and \`reason\` name the claim or header parameter at fault, if there is one.

${tableOf('guard')}

## Binders API

Also problem details (RFC 9457).

${tableOf('binders')}

## Management

Errors of the management API and of the command line. The status is that of the management API (problem details, RFC 9457).

${tableOf('management')}

## Exit codes

${markdownTable(
  ['Exit code', 'Meaning'],
  [
    ['0', 'done'],
    [String(exitCodes.failed), 'failed: the message says why'],
    [String(exitCodes.usage), 'usage: the command or a value is invalid'],
    [String(exitCodes.notFound), 'not found'],
    [String(exitCodes.conflict), 'conflict with the current state'],
    [
      String(exitCodes.configuration),
      'configuration: a setting, the master key, the store or the Node version is wrong; a restart does not help',
    ],
    ['130, 143', 'the server received SIGINT or SIGTERM twice and stopped at once'],
  ],
)}
`;
}

function entriesOf<Code extends string>(
  part: ErrorEntry['part'],
  meanings: Readonly<Record<Code, string>>,
  answerOf: (code: Code) => Pick<ErrorEntry, 'status' | 'shown'>,
): ErrorEntry[] {
  // The keys of a record have its key type.
  return (Object.keys(meanings) as Code[]).map((code) => {
    const { status, shown } = answerOf(code);
    return { code, part, status, shown, meaning: meanings[code] };
  });
}

function rowOf(code: string, same: readonly ErrorEntry[]): string[] {
  const distinct = (values: readonly string[]): string =>
    [...new Set(values)].filter((value) => value !== '').join('; ');
  const meanings = same.map(({ part, meaning }, index) => (index === 0 ? meaning : `${partNames[part]}: ${meaning}`));
  return [
    `<a id="${code}"></a>\`${code}\``,
    distinct(same.map(({ status }) => String(status))),
    distinct(same.map(({ shown }) => shown)),
    meanings.join(' '),
  ];
}
