import type { ListedClient } from '../../domain/api-client.ts';
import type { Member } from '../../domain/member.ts';
import type { Organization } from '../../domain/organization.ts';
import { paletteOf } from '../../domain/palette.ts';
import type { ResponseOf } from '../contract/index.ts';

type Client = ResponseOf<'getClient'>;

/** A timestamp on the wire. */
export function toTimestamp(at: number): string {
  return new Date(at).toISOString();
}

/** A timestamp on the wire, or null. */
export function toTimestampOrNull(at: number | null): string | null {
  return at === null ? null : toTimestamp(at);
}

export function toClient({ client, secrets, lastUsedAt, lastUsedAddress }: ListedClient): Client {
  return {
    id: client.id,
    organizationId: client.organizationId,
    name: client.name,
    description: client.description,
    access: client.access,
    grants: [...client.grants],
    state: client.state,
    createdAt: toTimestamp(client.createdAt),
    updatedAt: toTimestamp(client.updatedAt),
    secrets: secrets.map((secret) => ({
      id: secret.id,
      lastFour: secret.lastFour,
      createdAt: toTimestamp(secret.createdAt),
      expiresAt: toTimestampOrNull(secret.expiresAt),
      lastUsedAt: toTimestampOrNull(secret.lastUsedAt),
      lastUsedAddress: secret.lastUsedAddress,
    })),
    lastUsedAt: toTimestampOrNull(lastUsedAt),
    lastUsedAddress,
  };
}

export function toOrganization(organization: Organization): ResponseOf<'getOrganization'> {
  return {
    id: organization.id,
    name: organization.name,
    contact: organization.contact,
    state: organization.state,
    apiClients: organization.apiClientsEnabled ? 'on' : 'off',
    createdAt: toTimestamp(organization.createdAt),
  };
}

export function toPalette(color: string | null): ResponseOf<'getPalette'> {
  const palette = paletteOf(color);
  return { ...palette, shades: [...palette.shades] };
}

export function toMember(member: Member): ResponseOf<'updateMember'> {
  return {
    userId: member.userId,
    email: member.email,
    name: member.name,
    role: member.role,
    state: member.state,
    joinedAt: toTimestamp(member.joinedAt),
    hasRightsElsewhere: member.hasRightsElsewhere,
  };
}
