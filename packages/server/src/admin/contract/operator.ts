import { z } from 'zod';
import { audiencePattern, brandColorPattern, logoBytesMax, productNameLengthMax } from '../../domain/limits.ts';
import { email, name, type Operation, pageOf, pageQuery, search, timestamp } from './operation.ts';
import { organization } from './organizations.ts';
import { palette } from './palette.ts';

export const signingKey = z.object({
  kid: z.string(),
  algorithm: z.string(),
  state: z.enum(['published', 'signing', 'retiring']),
  publishedAt: timestamp,
  signsFrom: timestamp,
  retiresAt: timestamp.nullable(),
});

export const apiCredential = z.object({
  id: z.string(),
  name: z.string(),
  audience: z.string(),
  lastFour: z.string(),
  createdAt: timestamp,
});

export const user = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  state: z.enum(['active', 'disabled']),
  isOperator: z.boolean(),
  /** The organization whose invitation the account was created with; null where operators created it. */
  vouchedBy: z.string().nullable(),
  createdAt: timestamp,
});

/** A logo as a data URL: Base64 after a prefix. */
const logoUrlLengthMax = 'data:image/jpeg;base64,'.length + Math.ceil(logoBytesMax / 3) * 4;

export const branding = z.object({
  productName: z.string().trim().min(1).max(productNameLengthMax),
  color: z.string().regex(brandColorPattern).nullable(),
  /** A PNG or JPEG image of at most `logoBytesMax` as a data URL. */
  logo: z
    .string()
    .max(logoUrlLengthMax)
    .regex(/^data:image\/(png|jpeg);base64,[A-Za-z0-9+/]+=*$/)
    .nullable(),
  contact: email.nullable(),
});

export const operatorOperations = {
  listOrganizations: {
    method: 'GET',
    path: '/admin/organizations',
    summary: 'List all organizations',
    tag: 'Operator',
    caller: 'operator',
    query: pageQuery.extend({ search }),
    status: 200,
    response: pageOf(organization),
  },
  createOrganization: {
    method: 'POST',
    path: '/admin/organizations',
    summary: 'Create an organization',
    tag: 'Operator',
    caller: 'operator',
    body: z.object({ name }).strict(),
    status: 201,
    response: organization,
  },
  switchOrganization: {
    method: 'PATCH',
    path: '/admin/organizations/{organizationId}/switches',
    summary: 'Enable or disable an organization or its API clients; disabling needs a recent password',
    tag: 'Operator',
    caller: 'operator',
    recent: 'sometimes',
    body: z
      .object({ state: z.enum(['active', 'disabled']), apiClients: z.enum(['on', 'off']) })
      .partial()
      .strict(),
    status: 200,
    response: organization,
  },
  inviteOwner: {
    method: 'POST',
    path: '/admin/organizations/{organizationId}/owner-invitation',
    summary: 'Invite an owner to an organization; only this response contains the link',
    tag: 'Operator',
    caller: 'operator',
    recent: true,
    body: z.object({ email }).strict(),
    status: 201,
    response: z.object({ link: z.string(), expiresAt: timestamp }),
  },
  listSigningKeys: {
    method: 'GET',
    path: '/admin/keys',
    summary: 'List signing keys',
    tag: 'Operator',
    caller: 'operator',
    status: 200,
    response: z.object({ items: z.array(signingKey) }),
  },
  rotateSigningKey: {
    method: 'POST',
    path: '/admin/keys',
    summary: 'Publish a new signing key, which starts signing once caches have it',
    tag: 'Operator',
    caller: 'operator',
    recent: true,
    status: 201,
    response: signingKey,
  },
  listApiCredentials: {
    method: 'GET',
    path: '/admin/api-credentials',
    summary: 'List API credentials',
    tag: 'Operator',
    caller: 'operator',
    query: pageQuery,
    status: 200,
    response: pageOf(apiCredential),
  },
  createApiCredential: {
    method: 'POST',
    path: '/admin/api-credentials',
    summary: 'Create an API credential; only this response contains its secret',
    tag: 'Operator',
    caller: 'operator',
    recent: true,
    body: z.object({ name, audience: z.string().regex(audiencePattern) }).strict(),
    status: 201,
    response: z.object({ credential: apiCredential, clientSecret: z.string() }),
  },
  deleteApiCredential: {
    method: 'DELETE',
    path: '/admin/api-credentials/{credentialId}',
    summary: 'Delete an API credential',
    tag: 'Operator',
    caller: 'operator',
    recent: true,
    status: 204,
  },
  listOperators: {
    method: 'GET',
    path: '/admin/operators',
    summary: 'List operators',
    tag: 'Operator',
    caller: 'operator',
    status: 200,
    response: z.object({
      items: z.array(z.object({ userId: z.string(), email: z.string(), name: z.string().nullable() })),
    }),
  },
  inviteOperator: {
    method: 'POST',
    path: '/admin/operators/invitations',
    summary: 'Invite somebody to become an operator; only this response contains the link',
    tag: 'Operator',
    caller: 'operator',
    recent: true,
    body: z.object({ email }).strict(),
    status: 201,
    response: z.object({ link: z.string(), expiresAt: timestamp }),
  },
  listOperatorInvitations: {
    method: 'GET',
    path: '/admin/operators/invitations',
    summary: 'List open invitations to become an operator',
    tag: 'Operator',
    caller: 'operator',
    status: 200,
    response: z.object({
      items: z.array(z.object({ id: z.string(), email: z.string(), createdAt: timestamp, expiresAt: timestamp })),
    }),
  },
  deleteOperatorInvitation: {
    method: 'DELETE',
    path: '/admin/operators/invitations/{invitationId}',
    summary: 'Revoke an invitation to become an operator',
    tag: 'Operator',
    caller: 'operator',
    status: 204,
  },
  removeOperator: {
    method: 'DELETE',
    path: '/admin/operators/{userId}',
    summary: 'Remove an operator; the last one cannot be removed',
    tag: 'Operator',
    caller: 'operator',
    recent: true,
    status: 204,
  },
  listUsers: {
    method: 'GET',
    path: '/admin/users',
    summary: 'List all users',
    tag: 'Operator',
    caller: 'operator',
    query: pageQuery,
    status: 200,
    response: pageOf(user),
  },
  setUserState: {
    method: 'PATCH',
    path: '/admin/users/{userId}',
    summary: 'Disable a user everywhere, which revokes their sessions and tokens, or enable them',
    tag: 'Operator',
    caller: 'operator',
    recent: true,
    body: z.object({ state: z.enum(['active', 'disabled']) }).strict(),
    status: 200,
    response: user,
  },
  detachAddress: {
    method: 'POST',
    path: '/admin/users/{userId}/detach-address',
    summary: 'Take the email address from an account, which keeps only the organization that vouches for it',
    tag: 'Operator',
    caller: 'operator',
    recent: true,
    status: 200,
    response: user,
  },
  createUserResetLink: {
    method: 'POST',
    path: '/admin/users/{userId}/reset-link',
    summary: 'Create a single-use link with which a user sets a new password, valid for one hour',
    tag: 'Operator',
    caller: 'operator',
    recent: true,
    status: 201,
    response: z.object({ link: z.string(), expiresAt: timestamp }),
  },
  getBranding: {
    method: 'GET',
    path: '/admin/branding',
    summary: 'Get the branding',
    tag: 'Operator',
    caller: 'operator',
    status: 200,
    response: branding,
  },
  getPalette: {
    method: 'GET',
    path: '/admin/branding/palette',
    summary: 'Get the palette of a brand colour',
    tag: 'Operator',
    caller: 'operator',
    query: z.object({ color: z.string().regex(brandColorPattern).optional() }),
    status: 200,
    response: palette,
  },
  setBranding: {
    method: 'PUT',
    path: '/admin/branding',
    summary: 'Set the branding of the console and the docs',
    tag: 'Operator',
    caller: 'operator',
    body: branding.strict(),
    status: 200,
    response: branding,
  },
} as const satisfies Record<string, Operation>;
