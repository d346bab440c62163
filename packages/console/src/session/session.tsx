import type { ResponseOf } from '@bindery/server/admin/contract/index.ts';
import { useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, useLocation, useSearch } from 'wouter';
import { call } from '../api/call.ts';
import { Problem, toProblem } from '../api/problem.ts';
import { queryClient } from '../api/queries.ts';
import { isLanguage } from '../language/languages.ts';
import { changeLanguage } from '../language/start.ts';
import { FullPageLoading, FullPageProblem } from '../ui/full-page.tsx';

export type Session = ResponseOf<'signIn'>;

const SessionContext = createContext<Session | undefined>(undefined);
const sessionKey = ['getSession'];

const sessionQuery = { queryKey: sessionKey, queryFn: readSession, retry: false, staleTime: 60_000 };

/** Starts loading the session. */
export function preloadSession(): void {
  void queryClient.prefetchQuery(sessionQuery);
}

/** Stores the session returned by a sign-in or a change of the account. */
export function rememberSession(session: Session): void {
  queryClient.setQueryData(sessionKey, session);
}

/** Discards everything that was loaded for the user who was signed in. */
export function forgetSession(): void {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'getInstance' });
}

/** Shows its content to a signed-in user; others are sent to the sign-in page and back. */
export function SignedIn({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const [path] = useLocation();
  const search = useSearch();
  const query = useQuery<Session | null, Error>(sessionQuery);
  useOwnSettings(query.data ?? undefined);
  if (query.data != null) return <SessionContext value={query.data}>{children}</SessionContext>;
  if (query.data === null) return <Redirect to={signInPath(search === '' ? path : `${path}?${search}`)} replace />;
  if (query.error === null) return <FullPageLoading />;
  const problem = toProblem(query.error);
  return <FullPageProblem problem={problem} title={t('session.failed')} onRetry={() => void query.refetch()} />;
}

/** The session or null. If it ends while a screen is open, the screen and what was typed stay. */
async function readSession(): Promise<Session | null> {
  const { value } = await call('getSession', {});
  if (value === null && queryClient.getQueryData(sessionKey) != null) {
    throw new Problem({ code: 'unauthenticated', status: 401 });
  }
  return value;
}

/** The path of the sign-in page that returns to `next`. */
export function signInPath(next: string): string {
  return next === '/console' || next === '/console/'
    ? '/console/sign-in'
    : `/console/sign-in?next=${encodeURIComponent(next)}`;
}

/** The current session. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error('no session above this component');
  return session;
}

/** Applies the language and theme of the account. */
function useOwnSettings(session: Session | undefined): void {
  const { setColorScheme } = useMantineColorScheme();
  const theme = session?.user.theme;
  const locale = session?.user.locale;
  useEffect(() => {
    if (theme !== undefined) setColorScheme(theme);
  }, [theme, setColorScheme]);
  useEffect(() => {
    if (isLanguage(locale)) void changeLanguage(locale);
  }, [locale]);
}
