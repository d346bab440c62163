import { Anchor, Group, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { toProblem } from '../api/problem.ts';
import { useAnswer } from '../api/queries.ts';
import { ClientState } from '../clients/client-state.tsx';
import { useOrganization } from '../session/organization.tsx';
import { CopyInline } from '../ui/copy.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Page } from '../ui/page.tsx';
import { oneOf } from '../ui/url-filters.ts';
import { ClientActions } from './client/client-actions.tsx';
import { ClientOverview } from './client/client-overview.tsx';
import { ClientSecrets } from './client/client-secrets.tsx';
import { NotFound } from './not-found.tsx';

const ClientActivity = lazy(async () => ({ default: (await import('./client/client-activity.tsx')).ClientActivity }));
const ClientSignIns = lazy(async () => ({ default: (await import('./client/client-sign-ins.tsx')).ClientSignIns }));
const tabs = ['overview', 'secrets', 'signIns', 'activity'] as const;
const waitMilliseconds = 3_000;

/** One API client, in tabs. */
export function Client({ id, tab }: { readonly id: string; readonly tab: string }) {
  const { t } = useTranslation();
  const organization = useOrganization();
  const base = `/console/o/${organization.id}/clients`;
  const query = useAnswer(
    'getClient',
    { path: { organizationId: organization.id, clientId: id } },
    {
      // A client that was never used is polled until its first token.
      refreshMilliseconds: (answer) => (answer?.value.lastUsedAt === null ? waitMilliseconds : false),
    },
  );
  const shown = oneOf(tab, tabs);
  if (shown === undefined) return <NotFound />;
  if (query.data === undefined && query.error !== null && toProblem(query.error).code === 'not_found') {
    return <NotFound text={t('client.notFound')} />;
  }
  const client = query.data?.value;
  return (
    <Page
      title={client?.name ?? t('client.title')}
      of={organization.name}
      above={
        <Anchor component={Link} href={base} size="sm">
          ← {t('clients.title')}
        </Anchor>
      }
      intro={
        client !== undefined && (
          <Group gap="md" mt={4}>
            <CopyInline value={client.id} label={t('secret.clientId')} />
            <ClientState client={client} />
          </Group>
        )
      }
      actions={query.data !== undefined && <ClientActions client={query.data.value} etag={query.data.etag} />}
    >
      <div>
        <nav className="tabs-nav" aria-label={t('client.tabs')}>
          {tabs
            .filter((name) => name !== 'signIns' || client?.grants.includes('password'))
            .map((name) => (
              <Link
                key={name}
                href={name === 'overview' ? `${base}/${id}` : `${base}/${id}/${name}`}
                aria-current={name === shown ? 'page' : undefined}
              >
                {t(`client.${name}`)}
              </Link>
            ))}
        </nav>
        <Loaded query={query} title={t('client.failed')} lines={8}>
          {(value, etag) => (
            <Suspense fallback={<Text size="sm">{t('loading')}</Text>}>
              {shown === 'overview' && <ClientOverview client={value} etag={etag} />}
              {shown === 'secrets' && <ClientSecrets client={value} etag={etag} />}
              {shown === 'signIns' && <ClientSignIns client={value} />}
              {shown === 'activity' && <ClientActivity client={value} />}
            </Suspense>
          )}
        </Loaded>
      </div>
    </Page>
  );
}
