import { Button, Code, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../api/call.ts';
import { useAction } from '../api/use-action.ts';
import { useFragmentToken } from '../session/fragment-token.ts';
import { useInstance } from '../session/instance.tsx';
import { useRules } from '../session/rules.ts';
import { rememberSession, type Session } from '../session/session.tsx';
import { useDuration } from '../ui/duration.ts';
import { EntryPage } from '../ui/entry-page.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { NewPasswordField } from '../ui/password-field.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { Note } from '../ui/state.tsx';

/** The first visit to a new instance: its first operator and organization. */
export function Setup() {
  const { t } = useTranslation();
  const { signInProblem } = useInstance();
  const fromLink = useFragmentToken();
  const [token, setToken] = useState(fromLink);
  const [session, setSession] = useState<Session>();
  if (session !== undefined) return <Finished session={session} />;
  return (
    <EntryPage title={t('setup.title')} intro={token === '' ? t('setup.introToken') : t('setup.intro')} wide>
      {signInProblem !== null ? (
        <Note tone="bad" role="alert">
          <Text fw={600} size="sm">
            {t('signIn.refusedTitle')}
          </Text>
          <Text size="sm">{t('signIn.refusedText')}</Text>
          <Text size="sm" lang="en">
            {signInProblem}
          </Text>
        </Note>
      ) : token === '' ? (
        <TokenForm onToken={setToken} />
      ) : (
        <Details token={token} onBack={() => setToken('')} onDone={setSession} />
      )}
    </EntryPage>
  );
}

function TokenForm({ onToken }: { readonly onToken: (token: string) => void }) {
  const { t } = useTranslation();
  const { setupLinkSeconds } = useInstance().limits;
  const duration = useDuration();
  const [text, setText] = useState('');
  // People may paste the whole link.
  const token = text.trim().replace(/^.*#t=/, '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (token !== '') onToken(token);
      }}
    >
      <Stack>
        <TextInput
          label={t('setup.token')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          autoFocus
          classNames={{ input: 'mono' }}
        />
        <Text size="sm" c="dimmed">
          {t('setup.tokenWhere', { duration: duration(setupLinkSeconds) })}
        </Text>
        <Code block>npm run bindery -- setup-token</Code>
        <Button type="submit" disabled={token === ''}>
          {t('setup.continue')}
        </Button>
      </Stack>
    </form>
  );
}

function Details({
  token,
  onBack,
  onDone,
}: {
  readonly token: string;
  readonly onBack: () => void;
  readonly onDone: (session: Session) => void;
}) {
  const { t } = useTranslation();
  const rules = useRules();
  const form = useForm({
    initialValues: { email: '', name: '', password: '', organizationName: '' },
    validateInputOnBlur: true,
    validate: {
      email: rules.email,
      name: (value) => rules.name(value, t('fields.nameMissing')),
      password: rules.newPassword,
      organizationName: (value) => rules.name(value, t('fields.organizationMissing')),
    },
  });
  const setUp = useAction(async (values: typeof form.values) => {
    const { value } = await call('setUp', { body: { token, ...values } });
    rememberSession(value);
    onDone(value);
  });
  const { email, name } = form.values;
  // Here only the token can be unknown to the server.
  const isTokenWrong = setUp.problem !== undefined && ['not_found', 'forbidden'].includes(setUp.problem.code);
  return (
    <form onSubmit={form.onSubmit((values) => void setUp.run(values))} noValidate>
      <Stack>
        <Title order={2}>{t('setup.you')}</Title>
        <TextInput
          label={t('fields.email')}
          type="email"
          autoComplete="username"
          autoFocus
          {...form.getInputProps('email')}
        />
        <TextInput label={t('fields.name')} autoComplete="name" {...form.getInputProps('name')} />
        <NewPasswordField
          label={t('fields.password')}
          known={[email, name]}
          {...form.getInputProps('password')}
          value={form.values.password}
        />
        <Title order={2} mt="sm">
          {t('setup.organization')}
        </Title>
        <TextInput
          label={t('fields.organizationName')}
          description={t('setup.organizationHelp')}
          autoComplete="organization"
          {...form.getInputProps('organizationName')}
        />
        {setUp.problem !== undefined && (
          <ProblemAlert problem={setUp.problem} says={isTokenWrong ? t('setup.tokenWrong') : undefined} />
        )}
        {isTokenWrong && (
          <Button variant="default" onClick={onBack}>
            {t('setup.otherToken')}
          </Button>
        )}
        <Button type="submit" loading={setUp.isPending}>
          {t('setup.submit')}
        </Button>
      </Stack>
    </form>
  );
}

function Finished({ session }: { readonly session: Session }) {
  const { t } = useTranslation();
  const [organization] = session.organizations;
  const base = organization === undefined ? '/console' : `/console/o/${organization.id}`;
  return (
    <EntryPage
      title={t('setup.doneTitle')}
      intro={t('setup.doneText', { organization: organization?.name ?? '' })}
      wide
    >
      <Stack>
        <LinkButton to={organization === undefined ? base : `${base}/clients/new`}>
          {t('clients.createFirst')}
        </LinkButton>
        <LinkButton to={base} variant="default">
          {t('setup.later')}
        </LinkButton>
      </Stack>
    </EntryPage>
  );
}
