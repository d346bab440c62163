import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import { useAnswer } from '../../api/queries.ts';
import { useAction } from '../../api/use-action.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { CopyInline } from '../../ui/copy.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { notify } from '../../ui/notify.ts';
import { Page, Section } from '../../ui/page.tsx';
import { When } from '../../ui/when.tsx';

type SigningKey = ResponseOf<'rotateSigningKey'>;

/** The signing keys and their timeline, newest first. */
export function Keys() {
  const { t } = useTranslation();
  const query = useAnswer('listSigningKeys', {});
  const [asking, setAsking] = useState(false);
  const rotate = useAction(async () => {
    await call('rotateSigningKey', {});
    notify(t('keys.rotated'));
  });
  return (
    <Page
      title={t('keys.title')}
      of={t('nav.operator')}
      intro={t('keys.intro')}
      actions={<Button onClick={() => setAsking(true)}>{t('keys.rotate')}</Button>}
    >
      <Section title={t('keys.timeline')}>
        <Loaded query={query} title={t('keys.failed')}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={t('keys.none')} />
            ) : (
              <ol className="timeline" aria-label={t('keys.timeline')}>
                {[...items]
                  .sort((one, other) => Date.parse(other.signsFrom) - Date.parse(one.signsFrom))
                  .map((key) => (
                    <Key key={key.kid} signingKey={key} />
                  ))}
              </ol>
            )
          }
        </Loaded>
      </Section>
      {asking && (
        <ConfirmDialog
          title={t('keys.rotateTitle')}
          confirm={t('keys.rotate')}
          harmless
          action={rotate}
          onClose={() => setAsking(false)}
        >
          {t('keys.rotateText')}
        </ConfirmDialog>
      )}
    </Page>
  );
}

function Key({ signingKey }: { readonly signingKey: SigningKey }) {
  const { t } = useTranslation();
  return (
    <li data-state={signingKey.state}>
      <Text fw={600} size="sm">
        {t(`keys.${signingKey.state}`)}
      </Text>
      <Text size="sm" c="dimmed">
        {t(`keys.${signingKey.state}Meaning`)}
      </Text>
      <dl className="pairs" style={{ marginTop: '0.4rem' }}>
        <dt>{t('keys.kid')}</dt>
        <dd>
          <CopyInline value={signingKey.kid} label={t('keys.kid')} />
        </dd>
        <dt>{t('keys.algorithm')}</dt>
        <dd>{signingKey.algorithm}</dd>
        <dt>{t('keys.publishedAt')}</dt>
        <dd>
          <When at={signingKey.publishedAt} />
        </dd>
        <dt>{t('keys.signsFrom')}</dt>
        <dd>
          <When at={signingKey.signsFrom} />
        </dd>
        {signingKey.retiresAt !== null && (
          <>
            <dt>{t('keys.retiresAt')}</dt>
            <dd>
              <When at={signingKey.retiresAt} />
            </dd>
          </>
        )}
      </dl>
    </li>
  );
}
