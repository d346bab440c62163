import type { ListedClient } from '../domain/api-client.ts';
import { dayMilliseconds } from '../domain/duration.ts';
import { overviewDays } from '../domain/limits.ts';
import { ClientSearch } from '../store/client-list.ts';
import { type HourOfUse, readUsage } from '../store/usage.ts';
import type { ActionContext } from './context.ts';

/** How many clients of each kind are listed. */
const attentionMax = 5;

/** Token requests of one day, or of several. */
export interface Requests {
  readonly issued: number;
  readonly refused: number;
}

/** Token requests of one day in UTC, such as 2026-11-22. */
export interface DayOfUse extends Requests {
  readonly date: string;
}

/** Some of the clients that need attention, and how many there are. */
export interface Attention {
  readonly clients: readonly ListedClient[];
  readonly count: number;
}

/** The token requests of an organization's clients, and which clients need attention. */
export interface Overview {
  /** One for each of the last `overviewDays` days, today the last. */
  readonly days: readonly DayOfUse[];
  readonly clientCount: number;
  readonly expiring: Attention;
  readonly neverUsed: Attention;
  readonly idle: Attention;
}

export async function readOverview(context: ActionContext, organizationId: string): Promise<Overview> {
  const now = context.now();
  const since = startOfOverview(now);
  const queries = context.database.reader.of(organizationId);
  const search = new ClientSearch(queries, organizationId, now);
  const counts = await search.countForOverview();
  const attention = async (usage: 'expiring' | 'never' | 'idle'): Promise<Attention> => {
    const filter = { usage, sort: 'name', state: 'active' } as const;
    const isAny = counts[usage] > 0;
    return { clients: isAny ? await search.list(filter, { size: attentionMax, number: 1 }) : [], count: counts[usage] };
  };
  return {
    days: toDays(await readUsage(queries, { organizationId }, since), since, now),
    clientCount: counts.all,
    expiring: await attention('expiring'),
    neverUsed: await attention('never'),
    idle: await attention('idle'),
  };
}

/** The token requests of one client in the last 24 hours and in 30 days. */
export async function readClientUsage(
  context: ActionContext,
  client: { readonly organizationId: string; readonly clientId: string },
): Promise<{ readonly lastDay: Requests; readonly days: readonly DayOfUse[] }> {
  const now = context.now();
  const since = startOfOverview(now);
  const hours = await readUsage(context.database.reader.of(client.organizationId), client, since);
  return { lastDay: sum(hours.filter(({ hour }) => hour > now - dayMilliseconds)), days: toDays(hours, since, now) };
}

/** The sum of several days or hours. */
export function sum(parts: readonly Requests[]): Requests {
  return {
    issued: parts.reduce((total, { issued }) => total + issued, 0),
    refused: parts.reduce((total, { refused }) => total + refused, 0),
  };
}

function toDays(hours: readonly HourOfUse[], since: number, now: number): readonly DayOfUse[] {
  const days: DayOfUse[] = [];
  for (let at = since; at <= now; at += dayMilliseconds) {
    const date = dateOf(at);
    days.push({ date, ...sum(hours.filter(({ hour }) => dateOf(hour) === date)) });
  }
  return days;
}

/** The start (UTC) of the first day that an overview shows. */
function startOfOverview(now: number): number {
  return now - (now % dayMilliseconds) - (overviewDays - 1) * dayMilliseconds;
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
