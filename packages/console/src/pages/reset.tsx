import { Button, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import { useAction } from '../api/use-action.ts';
import { useFragmentToken } from '../session/fragment-token.ts';
import { useRules } from '../session/rules.ts';
import { forgetSession } from '../session/session.tsx';
import { EntryPage } from '../ui/entry-page.tsx';
import { NewPasswordField } from '../ui/password-field.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { Note } from '../ui/state.tsx';

/** The target of a reset link: sets a new password. */
export function Reset() {
  const { t } = useTranslation();
  const token = useFragmentToken();
  const [, go] = useLocation();
  const [password, setPassword] = useState('');
  const reset = useAction(async () => {
    await call('resetPassword', { body: { token, password } });
    forgetSession();
    go('/console/sign-in?passwordSet');
  });
  const ready = useRules().newPassword(password) === null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) void reset.run();
  };
  return (
    <EntryPage title={t('reset.title')} intro={t('reset.intro')}>
      {token === '' ? (
        <Note tone="warn">{t('reset.noToken')}</Note>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <NewPasswordField
              label={t('fields.newPassword')}
              known={[]}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              autoFocus
            />
            {reset.problem !== undefined && (
              <ProblemAlert
                problem={reset.problem}
                says={reset.problem.code === 'not_found' ? t('reset.wrong') : undefined}
              />
            )}
            <Button type="submit" disabled={!ready} loading={reset.isPending}>
              {t('reset.submit')}
            </Button>
          </Stack>
        </form>
      )}
    </EntryPage>
  );
}
