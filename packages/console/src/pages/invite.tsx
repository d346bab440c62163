import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import { toProblem } from '../api/problem.ts';
import { queryClient, useAnswer } from '../api/queries.ts';
import { useAction } from '../api/use-action.ts';
import { useFragmentToken } from '../session/fragment-token.ts';
import { useInstance } from '../session/instance.tsx';
import { useRules } from '../session/rules.ts';
import { forgetSession, rememberSession } from '../session/session.tsx';
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
  const [, go] = useLocation();
  const rules = useRules();
  const { email, organizationName, role, hasUser, expiresAt } = invitation;
  const form = useForm({
    initialValues: { name: '', password: '' },
    validateInputOnBlur: true,
    validate: {
      name: (value) => (hasUser ? null : rules.name(value, t('fields.nameMissing'))),
      password: (value) => {
        if (!hasUser) return rules.newPassword(value);
        return value === '' ? t('fields.passwordMissing') : null;
      },
    },
  });
  const accept = useAction(async (values: typeof form.values) => {
    const { value } = await call('acceptInvitation', {
      body: hasUser
        ? { token, password: values.password }
        : { token, password: values.password, name: values.name.trim() },
    });
    forgetSession();
    rememberSession(value);
    const joined = value.organizations.find(({ name }) => name === organizationName);
    go(joined === undefined ? '/console' : `/console/o/${joined.id}`, { replace: true });
  });
  return (
    <EntryPage
      title={t('invite.join', { organization: organizationName })}
      intro={
        <>
          {t('invite.asRole', { role: t(`roles.${role}`) })} {t(hasUser ? 'invite.hasUser' : 'invite.newUser')}
        </>
      }
    >
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
          {!hasUser && (
            <TextInput label={t('fields.name')} autoComplete="name" autoFocus {...form.getInputProps('name')} />
          )}
          {hasUser ? (
            <PasswordField
              label={t('fields.password')}
              autoComplete="current-password"
              autoFocus
              {...form.getInputProps('password')}
            />
          ) : (
            <NewPasswordField
              label={t('fields.password')}
              known={[email, form.values.name]}
              {...form.getInputProps('password')}
              value={form.values.password}
            />
          )}
          {accept.problem !== undefined && (
            <ProblemAlert
              problem={accept.problem}
              says={
                accept.problem.code === 'not_found'
                  ? t('invite.wrong')
                  : hasUser && accept.problem.code === 'forbidden'
                    ? t('gate.wrongPassword')
                    : undefined
              }
            />
          )}
          <Button type="submit" loading={accept.isPending}>
            {t('invite.submit')}
          </Button>
          <Text size="sm" c="dimmed">
            {t('invite.ends')} <When at={expiresAt} />.
          </Text>
        </Stack>
      </form>
    </EntryPage>
  );
}
