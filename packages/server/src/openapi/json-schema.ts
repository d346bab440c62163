import { z } from 'zod';
import { auditEntry } from '../admin/contract/audit.ts';
import { activity, client, newSecret, secret } from '../admin/contract/clients.ts';
import { instance, limits } from '../admin/contract/instance.ts';
import { invitation, member } from '../admin/contract/members.ts';
import { apiCredential, branding, signingKey } from '../admin/contract/operator.ts';
import { organization } from '../admin/contract/organizations.ts';
import { palette } from '../admin/contract/palette.ts';
import { session } from '../admin/contract/sessions.ts';

/** A JSON schema as in OpenAPI 3.1, or any other part of the document. */
export type Json = { readonly [member: string]: unknown };

/** The schemas with a name; all others are inlined where they are used. */
const names = z.registry<{ id: string }>();
const named = {
  Activity: activity,
  ApiCredential: apiCredential,
  AuditEntry: auditEntry,
  Branding: branding,
  Client: client,
  Instance: instance,
  Invitation: invitation,
  Limits: limits,
  Member: member,
  NewSecret: newSecret,
  Organization: organization,
  Palette: palette,
  Secret: secret,
  Session: session,
  SigningKey: signingKey,
};
for (const [id, schema] of Object.entries(named)) {
  names.add(schema, { id });
}

/** Converts zod schemas to JSON schemas and collects the named ones. */
export class SchemaWriter {
  /** The named schemas found so far, for `components.schemas`. */
  readonly components: Record<string, Json> = {};

  /** Converts what a caller sends (`input`, where fields with defaults are optional) or receives (`output`). */
  write(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _schema, $defs, ...root } = z.toJSONSchema(schema, { io, metadata: names });
    for (const [id, definition] of Object.entries($defs ?? {})) {
      this.components[id] = clean(definition, io);
    }
    const id = names.get(schema)?.id;
    if (id === undefined || '$ref' in root) {
      return clean(root, io);
    }
    this.components[id] = clean(root, io);
    return { $ref: `#/components/schemas/${id}` };
  }
}

function clean(schema: object, io: 'input' | 'output'): Json {
  const format = 'format' in schema ? schema.format : undefined;
  const members = Object.entries(schema)
    .filter(([name, value]) => {
      // The registry stores the name of a schema as a string; a property called `id` would be an object.
      const isName = name === 'id' && typeof value === 'string';
      // Responses may get more members later.
      const closesResponse = io === 'output' && name === 'additionalProperties' && value === false;
      const repeatsFormat = name === 'pattern' && (format === 'date-time' || format === 'date');
      return !isName && !closesResponse && !repeatsFormat;
    })
    .map(([name, value]) => [name, name === '$ref' ? refOf(value) : cleanValue(value, io)]);
  return Object.fromEntries(members);
}

function cleanValue(value: unknown, io: 'input' | 'output'): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => cleanValue(item, io));
  }
  return typeof value === 'object' && value !== null ? clean(value, io) : value;
}

function refOf(value: unknown): string {
  return String(value).replace('#/$defs/', '#/components/schemas/');
}
