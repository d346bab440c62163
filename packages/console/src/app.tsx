import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, Route, Router, Switch } from 'wouter';
import { place } from './api/place.ts';
import { toProblem } from './api/problem.ts';
import { queryClient, useAnswer } from './api/queries.ts';
import { Inside, Invite, preloadScreens, Reset, Setup, SignIn } from './screens.ts';
import { AtOwnAddress } from './session/elsewhere.tsx';
import { InstanceProvider } from './session/instance.tsx';
import { preloadSession, SignedIn } from './session/session.tsx';
import { themeOf, variablesOf } from './theme/theme.ts';
import { Announcer } from './ui/announce.tsx';
import { FullPageLoading, FullPageProblem } from './ui/full-page.tsx';

/** Preloads what a path needs. */
export function preload(path: string): void {
  if (preloadScreens(path)) preloadSession();
}

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
  const palette = query.data?.value.palette;
  const theme = useMemo(() => themeOf(palette), [palette]);
  const variables = useMemo(() => variablesOf(palette), [palette]);
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
