import { useTranslation } from 'react-i18next';
import { useInstance } from '../session/instance.tsx';
import { State } from '../ui/state.tsx';
import { relativeTime, useNow, When } from '../ui/when.tsx';
import type { ApiClient } from './api-client.ts';
import { lastEndOf } from './last-end.ts';

/** Whether a client can currently get tokens. */
export function ClientState({ client }: { readonly client: ApiClient }) {
  const { t } = useTranslation();
  const soonDays = useInstance().limits.expiringSoonDays;
  if (client.state === 'disabled') return <State tone="none">{t('state.disabled')}</State>;
  if (client.secrets.length === 0) return <State tone="bad">{t('state.noSecret')}</State>;
  return <State tone={endsSoon(client, soonDays, Date.now()) ? 'warn' : 'good'}>{t('state.active')}</State>;
}

/** Whether the last valid secret of a client expires within `days`. */
function endsSoon(client: ApiClient, days: number, now: number): boolean {
  const end = lastEndOf(client);
  return end != null && Date.parse(end) - now < days * 86_400_000;
}

/** How many secrets are valid, and when the first of them expires. */
export function SecretsLine({ client }: { readonly client: ApiClient }) {
  const { t, i18n } = useTranslation();
  const soonDays = useInstance().limits.expiringSoonDays;
  const now = useNow();
  const [oldest, newer] = client.secrets;
  if (oldest === undefined) return <span>{t('secrets.none')}</span>;
  if (newer !== undefined) {
    return (
      <span title={oldest.expiresAt ?? undefined}>
        {oldest.expiresAt === null
          ? t('secrets.two')
          : t('secrets.twoOldEnds', { when: relativeTime(Date.parse(oldest.expiresAt), now, i18n.language) })}
      </span>
    );
  }
  if (oldest.expiresAt === null) return <span>{t('secrets.one')}</span>;
  return (
    <span title={oldest.expiresAt}>
      {endsSoon(client, soonDays, now) ? (
        <State tone="warn">
          {t('secrets.oneEnds', { when: relativeTime(Date.parse(oldest.expiresAt), now, i18n.language) })}
        </State>
      ) : (
        t('secrets.oneEnds', { when: relativeTime(Date.parse(oldest.expiresAt), now, i18n.language) })
      )}
    </span>
  );
}

/** When a client last got a token. */
export function LastUsed({ client }: { readonly client: ApiClient }) {
  const { t } = useTranslation();
  return client.lastUsedAt === null ? <span>{t('clients.neverUsed')}</span> : <When at={client.lastUsedAt} />;
}
