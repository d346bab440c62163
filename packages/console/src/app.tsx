import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, Route, Router, Switch } from 'wouter';
import { place } from './api/place.ts';
import { toProblem } from './api/problem.ts';
import { queryClient, useAnswer } from './api/queries.ts';
import { AtOwnAddress } from './session/elsewhere.tsx';
import { InstanceProvider } from './session/instance.tsx';
import { SignedIn } from './session/session.tsx';
import { themeOf, variablesOf } from './theme/theme.ts';
import { Announcer } from './ui/announce.tsx';
import { FullPageLoading, FullPageProblem } from './ui/full-page.tsx';

const SignIn = lazy(async () => ({ default: (await import('./pages/sign-in.tsx')).SignIn }));
const Setup = lazy(async () => ({ default: (await import('./pages/setup.tsx')).Setup }));
const Invite = lazy(async () => ({ default: (await import('./pages/invite.tsx')).Invite }));
const Reset = lazy(async () => ({ default: (await import('./pages/reset.tsx')).Reset }));
const Inside = lazy(async () => ({ default: (await import('./inside.tsx')).Inside }));

/** The whole console. */
export function App({ nonce }: { readonly nonce: string }) {
  return (
    <QueryClientProvider client={queryClient}>
      <Branded nonce={nonce} />
    </QueryClientProvider>
  );
}

function Branded({ nonce }: { readonly nonce: string }) {
  const { t } = useTranslation();
  const query = useAnswer('getInstance', {});
  const color = query.data?.value.color;
  const theme = useMemo(() => themeOf(color), [color]);
  const variables = useMemo(() => variablesOf(color), [color]);
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <Notifications position="bottom-right" />
      <Announcer />
      {query.data === undefined ? (
        query.error === null ? (
          <FullPageLoading />
        ) : (
          <FullPageProblem
            problem={toProblem(query.error)}
            title={t('instance.failed')}
            onRetry={() => void query.refetch()}
          />
        )
      ) : (
        <InstanceProvider value={query.data.value}>
          <Router base={place}>
            <AtOwnAddress>
              <Suspense fallback={<FullPageLoading />}>
                <Routes />
              </Suspense>
            </AtOwnAddress>
          </Router>
        </InstanceProvider>
      )}
    </MantineProvider>
  );
}

function Routes() {
  return (
    <Switch>
      <Route path="/setup">
        <Setup />
      </Route>
      <Route path="/console/sign-in">
        <SignIn />
      </Route>
      <Route path="/console/invite">
        <Invite />
      </Route>
      <Route path="/console/reset">
        <Reset />
      </Route>
      <Route path="/console/*?">
        <SignedIn>
          <Inside />
        </SignedIn>
      </Route>
      <Route>
        <Redirect to="/console" replace />
      </Route>
    </Switch>
  );
}
