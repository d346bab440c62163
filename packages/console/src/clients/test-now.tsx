import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { refresh } from '../api/queries.ts';
import { Note, State } from '../ui/state.tsx';
import { exactTime } from '../ui/when.tsx';
import { readClaims } from './claims.ts';

type Outcome =
  | {
      readonly kind: 'token';
      readonly status: number;
      readonly expiresIn: number;
      readonly claims: readonly [string, unknown][];
    }
  | { readonly kind: 'refused'; readonly status: number; readonly error: string; readonly requestId: string | null }
  | { readonly kind: 'unreachable' };

/** Requests a token from the real token endpoint with the real secret, and shows the response. */
export function TestNow({
  tokenUrl,
  clientId,
  clientSecret,
}: {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<Outcome>();
  const [isPending, setPending] = useState(false);
  const test = async () => {
    setPending(true);
    setOutcome(await askForToken(tokenUrl, clientId, clientSecret));
    setPending(false);
    void refresh();
  };
  return (
    <div>
      <Group gap="sm">
        <Button variant="outline" c="var(--mantine-color-anchor)" onClick={() => void test()} loading={isPending}>
          {t('test.now')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('test.help')}
        </Text>
      </Group>
      <div role="status" style={{ marginTop: outcome === undefined ? 0 : '0.75rem' }}>
        {outcome !== undefined && <OutcomeView outcome={outcome} />}
      </div>
    </div>
  );
}

function OutcomeView({ outcome }: { readonly outcome: Outcome }) {
  const { t } = useTranslation();
  if (outcome.kind === 'unreachable') return <Note tone="bad">{t('test.unreachable')}</Note>;
  if (outcome.kind === 'refused') {
    return (
      <Note tone="bad">
        <Text size="sm" fw={600}>
          {t('test.refused', { status: outcome.status })}
        </Text>
        <Text size="sm" className="mono break" lang="en">
          {outcome.error}
        </Text>
        {outcome.requestId !== null && (
          <Text size="xs">
            {t('problem.requestId')} <code className="mono">{outcome.requestId}</code>
          </Text>
        )}
      </Note>
    );
  }
  return (
    <Note tone="good">
      <Group gap="xs" mb="xs">
        <State tone="good">{t('test.works')}</State>
        <Text size="sm">{t('test.answer', { status: outcome.status, seconds: outcome.expiresIn })}</Text>
      </Group>
      <dl className="pairs">
        {outcome.claims.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>
              <code className="mono">{name}</code>
            </dt>
            <dd>
              <ClaimValue name={name} value={value} />
            </dd>
          </div>
        ))}
      </dl>
    </Note>
  );
}

function ClaimValue({ name, value }: { readonly name: string; readonly value: unknown }) {
  const { i18n } = useTranslation();
  const isTime = typeof value === 'number' && ['iat', 'nbf', 'exp'].includes(name);
  return (
    <>
      <code className="mono break">{typeof value === 'string' ? value : JSON.stringify(value)}</code>
      {isTime && (
        <Text span size="xs" c="dimmed">
          {' '}
          {exactTime(value * 1000, i18n.language)}
        </Text>
      )}
    </>
  );
}

async function askForToken(tokenUrl: string, clientId: string, clientSecret: string): Promise<Outcome> {
  try {
    const response = await fetch(tokenUrl, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }),
      cache: 'no-store',
      credentials: 'omit',
    });
    // RFC 6749 §5.1 and §5.2
    const body = (await response.json()) as Readonly<Record<string, unknown>>;
    if (!response.ok) {
      const error = [body['error'], body['error_description']].filter((part) => typeof part === 'string').join(': ');
      return { kind: 'refused', status: response.status, error, requestId: response.headers.get('x-request-id') };
    }
    const claims = Object.entries(readClaims(String(body['access_token'])));
    return { kind: 'token', status: response.status, expiresIn: Number(body['expires_in']), claims };
  } catch {
    return { kind: 'unreachable' };
  }
}
