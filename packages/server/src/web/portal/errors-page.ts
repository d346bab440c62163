import { type BindersErrorCode, bindersErrors } from '@bindery/binders';
import { type GuardErrorCode, guardErrors } from '@bindery/guard';
import type { ApiErrorCode, OAuthErrorCode } from '../../errors.ts';
import { apiMeanings, bindersMeanings, guardMeanings, oauthMeanings } from '../../http/error-meanings.ts';
import { apiAnswers, oauthAnswers } from '../../http/error-response.ts';

interface Row {
  readonly part: string;
  readonly status: number;
  readonly seen: string;
  readonly meaning: string;
}

/** The page of all errors: a heading for every code, whose anchor is the code. */
export function errorsPage(): string {
  const told = new Set<string>();
  const all = Object.values(parts).map(({ rows }) => rows);
  const partOf = ({ title, intro, rows }: (typeof parts)[keyof typeof parts]): string => {
    const own = Object.keys(rows).filter((code) => !told.has(code));
    for (const code of own) told.add(code);
    const codes = own.map((code) => {
      const same = all.map((rowsOfPart) => rowsOfPart[code]).filter((row) => row !== undefined);
      return `### \`${code}\` {#${code}}\n\n${same.map((row) => describe(row, same.length > 1)).join('\n\n')}`;
    });
    return `## ${title}\n\n${intro}\n\n${codes.join('\n\n')}`;
  };
  return `# Errors

Every response has a request id in \`X-Request-Id\`; problem details repeat it as \`traceId\`. Quote it when you ask for help: the
server log has a line with the same id. No error reveals a secret or anything about another organization.

Errors of the token service link to this page in \`error_uri\`, errors of the API in \`type\`: the part after \`#\` is the code.

${[parts.token, parts.guard, parts.binders, parts.management].map(partOf).join('\n\n')}
`;
}

const tokenIntro = `JSON as in RFC 6749 §5.2. Several codes below have the same \`error\` on the wire and a different status.

\`\`\`json 401 Unauthorized
{
  "error": "invalid_client",
  "error_description": "client authentication failed",
  "error_uri": "VALUE_IDENTITY_URL/docs/errors#invalid_client"
}
\`\`\``;

const guardIntro = `Problem details (RFC 9457), sent before the request reaches the API itself. With 401 and \`insufficient_scope\` there is a
challenge in \`WWW-Authenticate\` (RFC 6750 §3).

\`\`\`json 403 Forbidden
{
  "type": "VALUE_IDENTITY_URL/docs/errors#tenant_mismatch",
  "title": "Forbidden",
  "status": 403,
  "detail": "the token belongs to a different organization than VALUE_TENANT_HEADER names",
  "code": "tenant_mismatch",
  "claim": "organization_id",
  "reason": "mismatch",
  "traceId": "0f8fad5b-d9cb-469f-a165-70867728950e"
}
\`\`\``;

const parts = {
  token: {
    title: 'Token service',
    intro: tokenIntro,
    rows: rowsOf('token service', oauthMeanings, (code) => {
      const { status, error } =
        code === 'server_error' ? { status: 500, error: code } : oauthAnswers[code as OAuthErrorCode];
      return { status, seen: `\`"error": "${error ?? code}"\`` };
    }),
  },
  guard: {
    title: 'Access to the API',
    intro: guardIntro,
    rows: rowsOf('access to the API', guardMeanings, (code) => {
      // Widened, because the rows have different members.
      const { status, error }: { readonly status: number; readonly error?: string } =
        guardErrors[code as GuardErrorCode];
      const seen =
        error === undefined ? (status === 401 ? '`WWW-Authenticate: Bearer`' : '') : `\`Bearer error="${error}"\``;
      return { status, seen };
    }),
  },
  binders: {
    title: 'Binders',
    intro: 'Problem details of the Binders API itself. For invalid fields, `errors` says what is wrong with each.',
    rows: rowsOf('Binders API', bindersMeanings, (code) => ({
      status: bindersErrors[code as BindersErrorCode].status,
      seen: '',
    })),
  },
  management: {
    title: 'Management',
    intro: 'Problem details of the management API, which also have the code in `code`.',
    rows: rowsOf('management API', apiMeanings, (code) => ({
      status: apiAnswers[code as ApiErrorCode].status,
      seen: `\`"code": "${code}"\``,
    })),
  },
};

function rowsOf(
  part: string,
  meanings: Readonly<Record<string, string>>,
  answerOf: (code: string) => Pick<Row, 'status' | 'seen'>,
): Readonly<Record<string, Row>> {
  return Object.fromEntries(
    Object.entries(meanings).map(([code, meaning]) => [code, { part, meaning, ...answerOf(code) }]),
  );
}

function describe({ part, status, seen, meaning }: Row, isShared: boolean): string {
  const where = isShared ? `${part}, ` : '';
  return `**${where}${status}**${seen === '' ? '' : ` · ${seen}`}\n\n${meaning}`;
}
