import { Button, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearchParams } from 'wouter';
import { call } from '../api/call.ts';
import { place } from '../api/place.ts';
import { useAction } from '../api/use-action.ts';
import { useInstance } from '../session/instance.tsx';
import { forgetSession, rememberSession } from '../session/session.tsx';
import { EntryPage } from '../ui/entry-page.tsx';
import { PasswordField } from '../ui/password-field.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { Note } from '../ui/state.tsx';

/** Signs a user in and then goes to the page they wanted. */
export function SignIn() {
  const { t } = useTranslation();
  const { productName, signInProblem, contact } = useInstance();
  const [search] = useSearchParams();
  const [, go] = useLocation();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useAction(async () => {
    forgetSession();
    const { value } = await call('signIn', { body: { email, password } });
    rememberSession(value);
    go(nextOf(search.get('next')), { replace: true });
  });
  const waiting = useCountdown(
    signIn.problem?.code === 'too_many_requests' ? signIn.problem.retryAfterSeconds : undefined,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (waiting === 0) void signIn.run();
  };
  return (
    <EntryPage title={t('signIn.title', { product: productName })}>
      {signInProblem !== null ? (
        <Note tone="bad" role="alert">
          <Text fw={600} size="sm">
            {t('signIn.refusedTitle')}
          </Text>
          <Text size="sm">{t('signIn.refusedText')}</Text>
          <Text size="sm" lang="en" mt={4}>
            {signInProblem}
          </Text>
        </Note>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            {search.has('passwordSet') && (
              <Note tone="good" role="status">
                {t('signIn.passwordSet')}
              </Note>
            )}
            <TextInput
              label={t('fields.email')}
              type="email"
              name="username"
              autoComplete="username"
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
              required
              withAsterisk={false}
              autoFocus
            />
            <PasswordField
              label={t('fields.password')}
              name="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              required
              withAsterisk={false}
            />
            {waiting > 0 ? (
              <Note tone="warn" role="alert">
                <Text fw={600} size="sm">
                  {t('signIn.tooMany')}
                </Text>
                <Text size="sm" role="timer">
                  {t('signIn.wait', { time: clock(waiting) })}
                </Text>
              </Note>
            ) : (
              signIn.problem !== undefined &&
              signIn.problem.code !== 'too_many_requests' && (
                <ProblemAlert
                  problem={signIn.problem}
                  says={signIn.problem.code === 'invalid_input' ? t('signIn.wrong') : undefined}
                />
              )
            )}
            <Button type="submit" loading={signIn.isPending} disabled={waiting > 0} fullWidth>
              {t('signIn.submit')}
            </Button>
            <Text size="sm" c="dimmed">
              {contact === null ? t('signIn.forgotten') : t('signIn.forgottenContact', { contact })}
            </Text>
          </Stack>
        </form>
      )}
    </EntryPage>
  );
}

/** Always a path of this console, whatever the URL says. */
function nextOf(next: string | null): string {
  if (next === null) return '/console';
  const address = new URL(`${place}${next}`, window.location.origin);
  const inside = address.origin === window.location.origin && address.pathname.startsWith(`${place}/console`);
  return inside ? next : '/console';
}

function useCountdown(seconds: number | undefined): number {
  const [end, setEnd] = useState(0);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (seconds === undefined) return;
    setEnd(Date.now() + seconds * 1000);
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [seconds]);
  return Math.max(0, Math.ceil((end - now) / 1000));
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
