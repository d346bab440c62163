import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodError, ZodType } from 'zod';
import type { SignedIn } from '../actions/sessions.ts';
import { parseUuid } from '../domain/identifier.ts';
import { managementBodyBytesMax } from '../domain/limits.ts';
import { ApiError } from '../errors.ts';
import { SetupGate } from '../live/setup-gate.ts';
import type { Call, Handler } from './call.ts';
import { type OperationName, operations } from './contract/index.ts';
import type { Operation } from './contract/operation.ts';
import type { AdminDeps } from './deps.ts';
import { actorOf, refuseForeignSite, requireRecent, requireRole, requireSession } from './gate.ts';
import { accountHandlers } from './handlers/account.ts';
import { auditHandlers } from './handlers/audit.ts';
import { clientHandlers } from './handlers/clients.ts';
import { instanceHandlers } from './handlers/instance.ts';
import { memberHandlers } from './handlers/members.ts';
import { operatorHandlers } from './handlers/operator.ts';
import { organizationHandlers } from './handlers/organizations.ts';
import { sessionHandlers } from './handlers/sessions.ts';
import { recordRefusal } from './record-refusal.ts';

/** The operations that work before the instance is set up. */
const beforeSetup: ReadonlySet<OperationName> = new Set(['getInstance', 'setUp']);

/** Serves every operation of the contract and enforces here, once for all, what the contract says. */
export function managementApi(app: FastifyInstance, deps: AdminDeps): void {
  const setup = new SetupGate(deps.context);
  for (const name of Object.keys(operations) as OperationName[]) {
    const operation: Operation = operations[name];
    app.route({
      method: operation.method,
      url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      bodyLimit: managementBodyBytesMax,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        reply.headers({
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          'cross-origin-resource-policy': 'same-origin',
        });
        const body = await carryOut(deps, setup, name, request, reply);
        if (operation.ndjson === true) {
          // The handler streams the response itself.
          return reply;
        }
        reply.code(operation.status);
        return operation.response === undefined
          ? reply.send()
          : reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body));
      },
    });
  }
}

const handlers: { readonly [Name in OperationName]: Handler<Name> } = {
  ...instanceHandlers,
  ...sessionHandlers,
  ...accountHandlers,
  ...organizationHandlers,
  ...memberHandlers,
  ...auditHandlers,
  ...clientHandlers,
  ...operatorHandlers,
};

/** Admits a call and hands it to its handler; whoever is turned away on the way is recorded. */
async function carryOut(
  deps: AdminDeps,
  setup: SetupGate,
  name: OperationName,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  let call: Awaited<ReturnType<typeof admit>> | undefined;
  try {
    if (!beforeSetup.has(name) && !(await setup.isSetUp())) {
      throw new ApiError('setup_required', 'this instance is not set up yet: open the setup link from its log');
    }
    call = await admit(deps, operations[name], request, reply);
    // Name and call belong together; the type of the table cannot express that.
    const handler = handlers[name] as unknown as Handler<OperationName>;
    return await handler(call as unknown as Call<OperationName>);
  } catch (error) {
    await recordRefusal(deps, name, request, error, call);
    throw error;
  }
}

/** Runs every check that can refuse a call, cheapest first. */
async function admit(deps: AdminDeps, operation: Operation, request: FastifyRequest, reply: FastifyReply) {
  const { context } = deps;
  refuseForeignSite(request, context.config.publicUrl);
  const parameters = request.params as Readonly<Record<string, string>>;
  const signedIn = operation.caller === 'public' ? undefined : await requireSession(context, request);
  const organizationId = organizationOf(parameters);
  const role = signedIn && (await requireRole(context, operation, signedIn, organizationId));
  const query = parse(operation.query, request.query, 'query');
  const body = operation.body === undefined ? undefined : parse(operation.body, readJson(request), 'body');
  const version = operation.conditional === true ? versionOf(request) : 0;
  const confirmPassword = (): void => {
    if (signedIn !== undefined) {
      requireRecent(context, signedIn, role === undefined ? null : (organizationId ?? null));
    }
  };
  if (operation.recent === true) {
    confirmPassword();
  }
  return {
    deps,
    context,
    actor: actorOf(request, signedIn?.user.id ?? null),
    get signedIn(): SignedIn {
      if (signedIn === undefined) {
        throw new Error('a public operation has no session');
      }
      return signedIn;
    },
    organizationId: organizationId ?? '',
    role,
    parameters,
    query,
    body,
    version,
    requireRecent: confirmPassword,
    request,
    reply,
  };
}

function organizationOf(parameters: Readonly<Record<string, string>>): string | undefined {
  const given = parameters['organizationId'];
  if (given === undefined) {
    return undefined;
  }
  const id = parseUuid(given);
  if (id === undefined) {
    throw new ApiError('not_found', 'organization not found');
  }
  return id;
}

function readJson(request: FastifyRequest): unknown {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new ApiError('unsupported_media_type', 'send the body as application/json');
  }
  try {
    return JSON.parse(request.body instanceof Buffer ? request.body.toString('utf8') : '');
  } catch (cause) {
    throw new ApiError('invalid_input', 'the body is not valid JSON', { cause });
  }
}

function parse(schema: ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) {
    return undefined;
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new ApiError('invalid_input', `the ${where} is invalid; see errors`, { fields: fieldsOf(result.error) });
  }
  return result.data;
}

function fieldsOf(error: ZodError): Record<string, string[]> {
  // Not a plain object: the names come from the caller, and one may be `constructor`.
  const fields = new Map<string, string[]>();
  for (const issue of error.issues) {
    const names =
      issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.length === 0 ? 'body' : issue.path.join('.')];
    const message = issue.code === 'unrecognized_keys' ? 'unknown field' : issue.message;
    for (const name of names) {
      fields.set(name, [...(fields.get(name) ?? []), message]);
    }
  }
  return Object.fromEntries(fields);
}

function versionOf(request: FastifyRequest): number {
  const header = request.headers['if-match'];
  if (header === undefined) {
    throw new ApiError('precondition_required', 'send If-Match with the ETag you received');
  }
  const match = /^"(\d{1,15})"$/.exec(header);
  if (match === null) {
    throw new ApiError('precondition_failed', 'If-Match does not match any known version');
  }
  return Number(match[1]);
}
