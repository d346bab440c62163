import { Anchor, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useAnswer } from '../api/queries.ts';
import type { ApiClient } from '../clients/api-client.ts';
import { lastEndOf } from '../clients/last-end.ts';
import { useInstance } from '../session/instance.tsx';
import { useOrganization, useOwnerReason } from '../session/organization.tsx';
import { ActionButton } from '../ui/action-button.tsx';
import { DaysChart } from '../ui/chart.tsx';
import { Copyable } from '../ui/copy.tsx';
import { useDuration } from '../ui/duration.ts';
import { Empty } from '../ui/empty.tsx';
import { Icon } from '../ui/icon.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Page, Section } from '../ui/page.tsx';
import { When } from '../ui/when.tsx';

/** The overview of an organization. */
export function Overview() {
  const { t } = useTranslation();
  const organization = useOrganization();
  const { tenantHeader, limits } = useInstance();
  const duration = useDuration();
  const reason = useOwnerReason();
  const query = useAnswer('getOverview', { path: { organizationId: organization.id } });
  const base = `/console/o/${organization.id}/clients`;
  return (
    <Page
      title={organization.name}
      intro={t('overview.intro')}
      actions={
        reason === undefined ? (
          <LinkButton to={`${base}/new`} leftSection={<Icon name="plus" size={16} />}>
            {t('clients.create')}
          </LinkButton>
        ) : (
          <ActionButton reason={reason} leftSection={<Icon name="plus" size={16} />}>
            {t('clients.create')}
          </ActionButton>
        )
      }
    >
      <Section title={t('overview.organizationId')} intro={t('overview.organizationIdHelp', { header: tenantHeader })}>
        <div style={{ maxWidth: '30rem' }}>
          <Copyable value={organization.id} label={t('overview.organizationId')} />
        </div>
      </Section>
      <Loaded query={query} title={t('overview.failed')} lines={8}>
        {({ days, clientCount, expiring, neverUsed, idle, counts }) =>
          clientCount === 0 ? (
            <div className="card">
              <NoClients to={`${base}/new`} reason={reason} />
            </div>
          ) : (
            <>
              <Section
                title={t('overview.requests', { days: limits.overviewDays })}
                intro={t('overview.requestsHelp', { duration: duration(limits.accessTokenLifetimeSeconds) })}
              >
                <DaysChart days={days} />
              </Section>
              <div className="grid">
                <Watch
                  title={t('overview.expiring')}
                  none={t('overview.expiringNone', { days: limits.expiringSoonDays })}
                  clients={expiring}
                  count={counts.expiring}
                  more={`${base}?usage=expiring&state=active`}
                  tell={(client) => <EndOf client={client} />}
                />
                <Watch
                  title={t('overview.neverUsed')}
                  none={t('overview.neverUsedNone')}
                  clients={neverUsed}
                  count={counts.neverUsed}
                  more={`${base}?usage=never&state=active`}
                  tell={(client) => (
                    <>
                      {t('overview.made')} <When at={client.createdAt} />
                    </>
                  )}
                />
                <Watch
                  title={t('overview.idle', { days: limits.idleClientDays })}
                  none={t('overview.idleNone', { days: limits.idleClientDays })}
                  clients={idle}
                  count={counts.idle}
                  more={`${base}?usage=idle&state=active`}
                  tell={(client) => client.lastUsedAt !== null && <When at={client.lastUsedAt} />}
                />
              </div>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

/** Shown to an organization without clients. */
export function NoClients({ to, reason }: { readonly to: string; readonly reason: string | undefined }) {
  const { t } = useTranslation();
  const { productName, docsUrl } = useInstance();
  return (
    <Empty
      title={t('clients.emptyTitle')}
      action={
        <Group mt="xs" justify="center">
          {reason === undefined ? (
            <LinkButton to={to}>{t('clients.createFirst')}</LinkButton>
          ) : (
            <ActionButton reason={reason}>{t('clients.createFirst')}</ActionButton>
          )}
          <Anchor href={docsUrl} size="sm">
            {t('clients.emptyDocs')}
          </Anchor>
        </Group>
      }
    >
      {t('clients.emptyText', { product: productName })}
    </Empty>
  );
}

function EndOf({ client }: { readonly client: ApiClient }) {
  const { t } = useTranslation();
  const end = lastEndOf(client);
  return end == null ? null : (
    <>
      {t('overview.ends')} <When at={end} />
    </>
  );
}

function Watch({
  title,
  none,
  clients,
  count,
  more,
  tell,
}: {
  readonly title: string;
  readonly none: string;
  readonly clients: readonly ApiClient[];
  readonly count: number;
  readonly more: string;
  readonly tell: (client: ApiClient) => ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <Section title={title}>
      {clients.length === 0 ? (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      ) : (
        <Stack gap="xs">
          {clients.map((client) => (
            <div key={client.id}>
              <Anchor
                component={Link}
                href={`/console/o/${client.organizationId}/clients/${client.id}`}
                size="sm"
                className="break"
              >
                <bdi>{client.name}</bdi>
              </Anchor>
              <Text size="xs" c="dimmed" component="div">
                {tell(client)}
              </Text>
            </div>
          ))}
          {count > clients.length && (
            <Anchor component={Link} href={more} size="sm">
              {t('overview.all', { number: count })}
            </Anchor>
          )}
        </Stack>
      )}
    </Section>
  );
}
