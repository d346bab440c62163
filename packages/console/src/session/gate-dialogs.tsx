import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { call } from '../api/call.ts';
import { setGate } from '../api/gate.ts';
import { place } from '../api/place.ts';
import { type Problem, toProblem } from '../api/problem.ts';
import { refresh } from '../api/queries.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useDuration } from '../ui/duration.ts';
import { PasswordField } from '../ui/password-field.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { useInstance } from './instance.tsx';
import { forgetSession, rememberSession, signInPath, useSession } from './session.tsx';

interface Question {
  readonly kind: 'password' | 'signIn';
  readonly answer: Promise<boolean>;
  readonly settle: (given: boolean) => void;
}

/** Asks for the password or a new sign-in on top of the page, which keeps what was typed. */
export function GateDialogs() {
  const [question, setQuestion] = useState<Question>();
  useEffect(() => {
    let open: Question | undefined;
    const ask = (kind: Question['kind']) => {
      // Several calls may fail at once: one dialog answers all of them.
      if (open !== undefined) return open.answer;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const asked: Question = {
        kind,
        answer: promise,
        settle: (given) => {
          open = undefined;
          setQuestion(undefined);
          resolve(given);
        },
      };
      open = asked;
      setQuestion(asked);
      return promise;
    };
    setGate({ askPassword: () => ask('password'), askSignIn: () => ask('signIn') });
    return () => setGate(undefined);
  }, []);
  if (question === undefined) return null;
  return question.kind === 'password' ? (
    <PasswordDialog settle={question.settle} />
  ) : (
    <SignInDialog settle={question.settle} />
  );
}

function PasswordDialog({ settle }: { readonly settle: (given: boolean) => void }) {
  const { t } = useTranslation();
  const { user } = useSession();
  const { sessionRecentSeconds } = useInstance().limits;
  const duration = useDuration();
  const [password, setPassword] = useState('');
  const { problem, isPending, submit } = useSubmit(async () => {
    await call('reauthenticate', { body: { password } });
    settle(true);
  });
  return (
    <Dialog opened title={t('gate.passwordTitle')} onClose={() => settle(false)} zIndex={320}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t('gate.passwordText', { duration: duration(sessionRecentSeconds) })}</Text>
          {/* For password managers. */}
          <input type="email" name="username" autoComplete="username" value={user.email} readOnly hidden />
          <PasswordField
            label={t('fields.password')}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            required
            withAsterisk={false}
            data-autofocus
          />
          {problem !== undefined && (
            <ProblemAlert
              problem={problem}
              says={problem.code === 'invalid_input' ? t('gate.wrongPassword') : undefined}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => settle(false)}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={isPending}>
              {t('gate.confirm')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function SignInDialog({ settle }: { readonly settle: (given: boolean) => void }) {
  const { t } = useTranslation();
  const { user } = useSession();
  const [path] = useLocation();
  const [email, setEmail] = useState(user.email);
  const [password, setPassword] = useState('');
  const { problem, isPending, submit } = useSubmit(async () => {
    const { value } = await call('signIn', { body: { email, password } });
    if (value.user.id !== user.id) {
      // Another user: nothing of the previous one may stay on the screen.
      window.location.assign(`${place}/console`);
      return;
    }
    rememberSession(value);
    settle(true);
    void refresh();
  });
  const leave = () => {
    settle(false);
    forgetSession();
    navigate(`${place}${signInPath(path)}`);
  };
  return (
    <Dialog
      opened
      title={t('gate.endedTitle')}
      onClose={leave}
      zIndex={320}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t('gate.endedText')}</Text>
          <TextInput
            label={t('fields.email')}
            type="email"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            autoComplete="username"
            required
            withAsterisk={false}
          />
          <PasswordField
            label={t('fields.password')}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            required
            withAsterisk={false}
            data-autofocus
          />
          {problem !== undefined && (
            <ProblemAlert problem={problem} says={problem.code === 'invalid_input' ? t('signIn.wrong') : undefined} />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {t('gate.leave')}
            </Button>
            <Button type="submit" loading={isPending}>
              {t('signIn.submit')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function useSubmit(work: () => Promise<void>) {
  const [problem, setProblem] = useState<Problem>();
  const [isPending, setPending] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // To React, a dialog is a child of the form that opened it.
    event.stopPropagation();
    setPending(true);
    setProblem(undefined);
    work()
      .catch((error: unknown) => setProblem(toProblem(error)))
      .finally(() => setPending(false));
  };
  return { problem, isPending, submit };
}
