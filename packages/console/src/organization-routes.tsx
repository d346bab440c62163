import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Route, Switch } from 'wouter';
import { NewSecretHost } from './clients/new-secret-host.tsx';
import { Audit, Client, Clients, Members, preloadOrganization, Settings } from './inside-screens.ts';
import { NotFound } from './pages/not-found.tsx';
import { Overview } from './pages/overview.tsx';
import { OrganizationProvider } from './session/organization.tsx';
import { useSession } from './session/session.tsx';

const base = '/console/o/:organization';

/** The screens of one organization. */
export function OrganizationRoutes({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const { organizations } = useSession();
  useEffect(preloadOrganization, []);
  const organization = organizations.find((candidate) => candidate.id === id);
  if (organization === undefined) return <NotFound text={t('notFound.organization')} />;
  return (
    <OrganizationProvider value={organization}>
      <NewSecretHost>
        <Switch>
          <Route path={base}>
            <Overview />
          </Route>
          <Route path={`${base}/clients`}>
            <Clients />
          </Route>
          <Route path={`${base}/clients/new`}>
            <Clients />
          </Route>
          <Route path={`${base}/clients/:client/:tab?`}>
            {({ client, tab }) => <Client key={client} id={client} tab={tab ?? 'overview'} />}
          </Route>
          <Route path={`${base}/members`}>
            <Members />
          </Route>
          <Route path={`${base}/audit`}>
            <Audit />
          </Route>
          <Route path={`${base}/settings`}>
            <Settings />
          </Route>
          <Route>
            <NotFound />
          </Route>
        </Switch>
      </NewSecretHost>
    </OrganizationProvider>
  );
}
