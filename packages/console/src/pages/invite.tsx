import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import { toProblem } from '../api/problem.ts';
import { queryClient, useAnswer } from '../api/queries.ts';
import { useAction } from '../api/use-action.ts';
import { useFragmentToken } from '../session/fragment-token.ts';
import { useInstance } from '../session/instance.tsx';
import { useRules } from '../session/rules.ts';
import { forgetSession, rememberSession, type Session } from '../session/session.tsx';
import { Choice } from '../ui/choice.tsx';
import { EntryPage } from '../ui/entry-page.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { Loading } from '../ui/loaded.tsx';
import { NewPasswordField, PasswordField } from '../ui/password-field.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { Note } from '../ui/state.tsx';
import { When } from '../ui/when.tsx';

type Invitation = ResponseOf<'lookUpInvitation'>;

/** The target of an invitation link: joins an organization. */
export function Invite() {
  const { t } = useTranslation();
  const { productName } = useInstance();
  const token = useFragmentToken();
  const query = useAnswer('lookUpInvitation', { body: { token } }, { enabled: token !== '' });
  useEffect(() => () => queryClient.removeQueries({ queryKey: ['lookUpInvitation'] }), []);
  const invitation = query.data?.value;
  if (invitation !== undefined) return <Join token={token} invitation={invitation} />;
  return (
    <EntryPage title={t('invite.title', { product: productName })}>
      {token === '' ? (
        <Note tone="warn">{t('invite.noToken')}</Note>
      ) : query.error === null ? (
        <Loading lines={3} />
      ) : (
        <Unread error={query.error} onRetry={() => void query.refetch()} />
      )}
    </EntryPage>
  );
}

function Unread({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  const { t } = useTranslation();
  const problem = toProblem(error);
  // People who already joined open the same link again.
  return problem.code === 'not_found' ? (
    <Stack>
      <ProblemAlert problem={problem} says={t('invite.wrong')} />
      <LinkButton to="/console" variant="default">
        {t('signIn.submit')}
      </LinkButton>
    </Stack>
  ) : (
    <ProblemAlert problem={problem} title={t('invite.failed')} onRetry={onRetry} />
  );
}

function Join({ token, invitation }: { readonly token: string; readonly invitation: Invitation }) {
  const { t } = useTranslation();
  const { productName } = useInstance();
  const [way, setWay] = useState<Way>('new');
  const { organizationName, role, expiresAt } = invitation;
  const title =
    organizationName === null
      ? t('invite.operator', { product: productName })
      : t('invite.join', { organization: organizationName });
  return (
    <EntryPage
      title={title}
      intro={role === 'operator' ? t('invite.operatorMeaning') : t('invite.asRole', { role: t(`roles.${role}`) })}
    >
      <Stack>
        <Choice
          label={t('invite.how')}
          value={way}
          onChange={setWay}
          options={[
            { value: 'new', title: t('invite.new') },
            { value: 'existing', title: t('invite.existing') },
          ]}
        />
        {way === 'new' ? (
          <WithNewAccount token={token} invitation={invitation} />
        ) : (
          <WithExistingAccount token={token} invitation={invitation} />
        )}
        <Text size="sm" c="dimmed">
          {t('invite.ends')} <When at={expiresAt} />.
        </Text>
      </Stack>
    </EntryPage>
  );
}

type Way = 'new' | 'existing';

interface JoinProps {
  readonly token: string;
  readonly invitation: Invitation;
}

function WithNewAccount({ token, invitation: { email, organizationName } }: JoinProps) {
  const { t } = useTranslation();
  const rules = useRules();
  const enter = useEntrance(organizationName);
  const form = useForm({
    initialValues: { name: '', password: '' },
    validateInputOnBlur: true,
    validate: { name: (value) => rules.name(value, t('fields.nameMissing')), password: rules.newPassword },
  });
  const accept = useAction(async ({ name, password }: typeof form.values) => {
    const { value } = await call('acceptInvitation', { body: { token, password, name: name.trim() } });
    enter(value);
  });
  return (
    <form onSubmit={form.onSubmit((values) => void accept.run(values))} noValidate>
      <Stack>
        <TextInput
          label={t('fields.email')}
          description={t('invite.bound')}
          type="email"
          value={email}
          readOnly
          autoComplete="username"
        />
        <TextInput label={t('fields.name')} autoComplete="name" {...form.getInputProps('name')} />
        <NewPasswordField
          label={t('fields.password')}
          known={[email, form.values.name]}
          {...form.getInputProps('password')}
          value={form.values.password}
        />
        {accept.problem !== undefined && (
          <ProblemAlert
            problem={accept.problem}
            says={
              accept.problem.code === 'not_found'
                ? t('invite.wrong')
                : accept.problem.code === 'conflict'
                  ? t('invite.taken')
                  : undefined
            }
          />
        )}
        <Button type="submit" loading={accept.isPending}>
          {t('invite.submit')}
        </Button>
      </Stack>
    </form>
  );
}

function WithExistingAccount({ token, invitation }: JoinProps) {
  const { t } = useTranslation();
  const enter = useEntrance(invitation.organizationName);
  const form = useForm({
    initialValues: { email: invitation.email, password: '' },
    validate: { password: (value) => (value === '' ? t('fields.passwordMissing') : null) },
  });
  const accept = useAction(async (credentials: typeof form.values) => {
    await call('signIn', { body: credentials });
    const { value } = await call('acceptInvitationSignedIn', { body: { token } });
    enter(value);
  });
  const says = { not_found: t('invite.wrong'), invalid_input: t('signIn.wrong'), conflict: t('invite.already') };
  const code = accept.problem?.code;
  return (
    <form onSubmit={form.onSubmit((values) => void accept.run(values))} noValidate>
      <Stack>
        <TextInput
          label={t('fields.email')}
          description={t('invite.anyAddress')}
          type="email"
          autoComplete="username"
          {...form.getInputProps('email')}
        />
        <PasswordField
          label={t('fields.password')}
          autoComplete="current-password"
          {...form.getInputProps('password')}
        />
        {accept.problem !== undefined && (
          <ProblemAlert
            problem={accept.problem}
            says={code !== undefined && code in says ? says[code as keyof typeof says] : undefined}
          />
        )}
        <Button type="submit" loading={accept.isPending}>
          {t('invite.signInAndSubmit')}
        </Button>
      </Stack>
    </form>
  );
}

/** Goes to what the invitation was for, as the user who accepted it. */
function useEntrance(organizationName: string | null) {
  const [, go] = useLocation();
  return (session: Session) => {
    forgetSession();
    rememberSession(session);
    const joined = session.organizations.find(({ name }) => name === organizationName);
    go(joined === undefined ? '/console' : `/console/o/${joined.id}`, { replace: true });
  };
}
