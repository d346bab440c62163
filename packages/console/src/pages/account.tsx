import { Button, NativeSelect, Stack, Text, TextInput, useMantineColorScheme } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../api/call.ts';
import { useAnswer } from '../api/queries.ts';
import { useAction } from '../api/use-action.ts';
import { isLanguage, languages } from '../language/languages.ts';
import { chooseAndRemember } from '../language/start.ts';
import { useInstance } from '../session/instance.tsx';
import { useRules } from '../session/rules.ts';
import { rememberSession, useSession } from '../session/session.tsx';
import { ActionButton } from '../ui/action-button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { useDuration } from '../ui/duration.ts';
import { Loaded } from '../ui/loaded.tsx';
import { notify } from '../ui/notify.ts';
import { Page, Section } from '../ui/page.tsx';
import { NewPasswordField, PasswordField } from '../ui/password-field.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { exactTime, When } from '../ui/when.tsx';

/** The account of the signed-in user. */
export function Account() {
  const { t } = useTranslation();
  return (
    <Page title={t('account.title')}>
      <Profile />
      <Appearance />
      <Password />
      <Sessions />
    </Page>
  );
}

function Profile() {
  const { t } = useTranslation();
  const { user } = useSession();
  const [name, setName] = useState(user.name ?? '');
  const wrong = useRules().name(name, t('fields.nameMissing'));
  const save = useAction(async () => {
    const { value } = await call('updateAccount', { body: { name: name.trim() } });
    rememberSession(value);
    notify(t('saved'));
  });
  return (
    <Section title={t('account.profile')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (wrong === null) void save.run();
        }}
      >
        <Stack maw="30rem">
          <TextInput
            label={t('fields.name')}
            autoComplete="name"
            value={name}
            error={wrong}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput label={t('fields.email')} description={t('account.emailHelp')} value={user.email} readOnly />
          {save.problem !== undefined && <ProblemAlert problem={save.problem} />}
          <div>
            <Button type="submit" disabled={wrong !== null} loading={save.isPending}>
              {t('save')}
            </Button>
          </div>
        </Stack>
      </form>
    </Section>
  );
}

const themes = ['auto', 'light', 'dark'] as const;

function Appearance() {
  const { t, i18n } = useTranslation();
  const { user } = useSession();
  const { setColorScheme } = useMantineColorScheme();
  const change = useAction(async (body: { theme?: (typeof themes)[number]; locale?: string }) => {
    rememberSession((await call('updateAccount', { body })).value);
  });
  return (
    <Section title={t('account.appearance')}>
      <Stack maw="30rem">
        <NativeSelect
          label={t('account.theme')}
          value={user.theme}
          onChange={(event) => {
            const theme = themes.find((candidate) => candidate === event.currentTarget.value) ?? 'auto';
            setColorScheme(theme);
            void change.run({ theme });
          }}
          data={themes.map((value) => ({ value, label: t(`themes.${value}`) }))}
        />
        <NativeSelect
          label={t('fields.language')}
          value={i18n.language}
          onChange={(event) => {
            const locale = event.currentTarget.value;
            if (!isLanguage(locale)) return;
            void chooseAndRemember(locale);
            void change.run({ locale });
          }}
          data={Object.entries(languages).map(([value, language]) => ({ value, label: language.name }))}
        />
        {change.problem !== undefined && <ProblemAlert problem={change.problem} />}
      </Stack>
    </Section>
  );
}

function Password() {
  const { t } = useTranslation();
  const { user } = useSession();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useAction(async () => {
    await call('changePassword', { body: { currentPassword: current, newPassword: next } });
    setCurrent('');
    setNext('');
    notify(t('account.passwordChanged'));
  });
  const ready = useRules().newPassword(next) === null && current !== '';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) void change.run();
  };
  return (
    <Section title={t('account.password')} intro={t('account.passwordHelp')}>
      <form onSubmit={submit}>
        <Stack maw="30rem">
          <input type="email" name="username" autoComplete="username" value={user.email} readOnly hidden />
          <PasswordField
            label={t('account.currentPassword')}
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
          <NewPasswordField
            label={t('fields.newPassword')}
            known={[user.email, user.name ?? '']}
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          {change.problem !== undefined && (
            <ProblemAlert
              problem={change.problem}
              says={
                change.problem.code === 'invalid_input' && Object.keys(change.problem.fields).length === 0
                  ? t('gate.wrongPassword')
                  : undefined
              }
            />
          )}
          <div>
            <Button type="submit" disabled={!ready} loading={change.isPending}>
              {t('account.changePassword')}
            </Button>
          </div>
        </Stack>
      </form>
    </Section>
  );
}

function Sessions() {
  const { t, i18n } = useTranslation();
  const { limits } = useInstance();
  const duration = useDuration();
  const query = useAnswer('listSessions', {});
  const end = useAction((sessionId: string) => call('endSession', { path: { sessionId } }));
  return (
    <Section
      title={t('account.sessions')}
      intro={t('account.sessionsHelp', {
        idle: duration(limits.sessionIdleSeconds),
        absolute: duration(limits.sessionAbsoluteSeconds),
      })}
      flush
    >
      {end.problem !== undefined && (
        <div className="pad">
          <ProblemAlert problem={end.problem} />
        </div>
      )}
      <Loaded query={query} title={t('account.sessionsFailed')} lines={2}>
        {({ items }) => (
          <DataTable
            label={t('account.sessions')}
            rows={items}
            keyOf={({ id }) => id}
            columns={[
              {
                id: 'where',
                title: t('account.browser'),
                cell: ({ userAgent, isCurrent }) => (
                  <>
                    <Text size="sm" className="break" lineClamp={2} title={userAgent ?? undefined}>
                      {userAgent ?? t('unknown')}
                    </Text>
                    {isCurrent && (
                      <Text size="xs" c="dimmed">
                        {t('account.thisSession')}
                      </Text>
                    )}
                  </>
                ),
              },
              {
                id: 'address',
                title: t('account.address'),
                cell: ({ address }) => <code className="mono">{address ?? '–'}</code>,
              },
              { id: 'used', title: t('clients.lastUsed'), cell: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
              { id: 'since', title: t('account.since'), cell: ({ createdAt }) => <When at={createdAt} /> },
              {
                id: 'actions',
                title: t('actions'),
                bare: true,
                right: true,
                cell: ({ id, isCurrent, createdAt }) => (
                  <ActionButton
                    size="xs"
                    variant="default"
                    reason={isCurrent ? t('account.endCurrent') : undefined}
                    aria-label={t('account.endOf', { since: exactTime(Date.parse(createdAt), i18n.language) })}
                    onClick={() => void end.run(id)}
                  >
                    {t('account.end')}
                  </ActionButton>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}
